//! How far a run has come: a bar where somebody watches, else a line at the start.

use super::terminal::Terminal;
use super::words::{counted, duration, scaled};
use deltalab_lab::run::Watch;
use deltalab_results::Record;
use deltalab_results::journal::Damaged;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Time between two looks of the bar.
const PERIOD: Duration = Duration::from_millis(100);

/// Damaged lines that are named one by one; `deltalab status` names them all.
const MOST_DAMAGED: usize = 5;

/// What is said of a run while it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Talk {
    /// What the plan is, and how far it has come.
    Usual,
    /// Warnings only.
    Quiet,
}

/// Watches a run.
pub struct Progress<'a> {
    terminal: &'a Terminal,
    talk: Talk,
    plan: String,
    bar: ProgressBar,
    start: Instant,
    drawn: Instant,
    trained: u64,
    updates: u64,
    begun: bool,
}

impl<'a> Progress<'a> {
    /// `plan` says what is run.
    pub fn new(terminal: &'a Terminal, talk: Talk, plan: String) -> Self {
        let now = Instant::now();
        let bar = ProgressBar::hidden();
        Self {
            terminal,
            talk,
            plan,
            bar,
            start: now,
            drawn: now,
            trained: 0,
            updates: 0,
            begun: false,
        }
    }

    /// Whether the first run was reached: whether the output was found fit to be written to.
    pub fn has_begun(&self) -> bool {
        self.begun
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// `1.20 k runs/s, 45.0 M pattern updates/s, 12 s left`
    fn speed(&self) -> String {
        let seconds = self.start.elapsed().as_secs_f64();
        let left = self.bar.length().unwrap_or(0).saturating_sub(self.bar.position());
        let time = duration(seconds / self.trained as f64 * left as f64);
        let rate = |number: u64| scaled(number as f64 / seconds);
        format!(
            "{time} left, {}runs/s, {}pattern updates/s",
            rate(self.trained),
            rate(self.updates)
        )
    }
}

impl Watch for Progress<'_> {
    fn weights_damaged(&mut self, damaged: &[(PathBuf, u64)]) {
        for (path, places) in damaged {
            let damaged = counted(*places, "damaged place");
            let path = path.display();
            self.terminal.warn(format_args!("{path}: {damaged}; the runs there are trained again"));
        }
    }

    fn begin(&mut self, finished: u64, planned: u64, damaged: &[Damaged]) {
        self.begun = true;
        for line in damaged.iter().take(MOST_DAMAGED) {
            self.terminal.warn(format_args!("{line}; what it held is trained again"));
        }
        if damaged.len() > MOST_DAMAGED {
            let more = counted((damaged.len() - MOST_DAMAGED) as u64, "more damaged line");
            self.terminal.warn(format_args!("{more}; deltalab status names them all"));
        }
        if self.talk == Talk::Quiet {
            return;
        }
        let resumed = match finished {
            0 => String::new(),
            n if n == planned => ", all finished before".to_string(),
            n => format!(", {} finished before", counted(n, "run")),
        };
        self.terminal.say(format_args!("{}{resumed}", self.plan));
        if self.terminal.is_watched() && finished < planned {
            let style =
                ProgressStyle::with_template("{bar:20} {human_pos}/{human_len} runs  {wide_msg}");
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.bar.set_style(
                style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━╸─"),
            );
            self.bar.set_length(planned);
            self.bar.set_position(finished);
            self.bar.tick();
        }
        self.start = Instant::now();
        self.drawn = self.start;
    }

    fn advance(&mut self, record: &Record) {
        self.trained += 1;
        self.updates += record.pattern_updates;
        self.bar.inc(1);
        if self.drawn.elapsed() >= PERIOD {
            self.drawn = Instant::now();
            self.bar.set_message(self.speed());
        }
    }

    fn tuned(&mut self, finished: u64) {
        self.bar.inc(finished);
    }
}
