//! Numbers and texts as a person reads them.

use std::path::Path;
use std::sync::OnceLock;

/// Columns that output keeps to: those of the terminal, where stdout is one, and never more than a hundred.
pub fn width() -> usize {
    static WIDTH: OnceLock<usize> = OnceLock::new();
    let of_terminal = || match console::Term::stdout().size_checked() {
        Some((_, columns)) => usize::from(columns).clamp(NARROWEST, WIDEST),
        None => WIDEST,
    };
    *WIDTH.get_or_init(of_terminal)
}

const WIDEST: usize = 100;
const NARROWEST: usize = 60;

/// `1234567` as `1,234,567`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group));
    groups.collect::<Vec<_>>().join(",")
}

/// `1 run`, `2 runs`.
pub fn counted(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(n), if n == 1 { "" } else { "s" })
}

/// Three digits and a prefix, with a space for what is counted: `12.3 M `.
pub fn scaled(value: f64) -> String {
    let steps = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    // from 999.5 on, three digits round to the next prefix
    match steps.iter().find(|(step, _)| value >= 0.9995 * step) {
        Some((step, prefix)) => format!("{} {prefix} ", digits(value / step)),
        None => digits(value).to_string() + " ",
    }
}

fn digits(value: f64) -> String {
    match value {
        v if v < 9.995 => format!("{v:.2}"),
        v if v < 99.95 => format!("{v:.1}"),
        v => format!("{v:.0}"),
    }
}

/// Bytes: `12.3 MB`.
pub fn bytes(n: u64) -> String {
    if n < 1000 { format!("{n} B") } else { format!("{}B", scaled(n as f64).trim_end()) }
}

/// Seconds: `0.42 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 days`.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.round().min(u64::MAX as f64) as u64;
    match whole {
        _ if seconds < 9.95 => format!("{seconds:.1} s"),
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        3600..172_800 => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
        _ => format!("{} days", count(whole / 86400)),
    }
}

/// At most `most` characters, the last an ellipsis where some are left out.
pub fn cut(text: &str, most: usize) -> String {
    match text.chars().count() > most {
        true => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
        false => text.to_string(),
    }
}

/// Lines of at most [`width`] characters, broken at spaces; those after the first begin with `indent`.
pub fn wrapped(text: &str, indent: &str) -> String {
    let most = width() - indent.chars().count().min(width() / 2);
    lines(text, most).join(&format!("\n{indent}"))
}

/// Lines of at most `most` characters, broken at spaces.
pub fn lines(text: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut length = 0;
    for word in text.split_whitespace() {
        let characters = word.chars().count();
        if length > 0 && length + 1 + characters > most {
            lines.push(String::new());
            length = 0;
        }
        let line = lines.last_mut().expect("there is a line from the start");
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        *line += word;
        length += characters;
    }
    lines
}

/// `lead`, filled up to `width`, then `text`, wrapped beside it.
pub fn hanging(lead: &str, width: usize, text: &str) -> String {
    let space = " ".repeat(width.saturating_sub(lead.chars().count()));
    format!("{lead}{space}{}", wrapped(text, &" ".repeat(width)))
}

/// An argument as a shell reads it.
pub fn shell(argument: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=,+@%".contains(c);
    match !argument.is_empty() && argument.chars().all(plain) {
        true => argument.to_string(),
        false => format!("'{}'", argument.replace('\'', r"'\''")),
    }
}

/// A folder, with the slash that says so.
pub fn folder(path: &Path) -> String {
    let path = path.display().to_string();
    if path.ends_with(std::path::MAIN_SEPARATOR) { path } else { path + "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_size_at_every_limit() {
        assert_eq!(
            ["0", "999", "1,000", "1,234,567"],
            [0, 999, 1000, 1234567].map(count).each_ref().map(String::as_str)
        );
        let values = [0.0, 9.994, 9.996, 999.4, 999.6, 99_960.0, 1.5e9];
        let expected = ["0.00 ", "9.99 ", "10.0 ", "999 ", "1.00 k ", "100 k ", "1.50 G "];
        assert_eq!(values.map(scaled).each_ref().map(String::as_str), expected);
        let seconds = [0.04, 9.94, 9.96, 59.4, 59.6, 3599.0, 3600.0, 90_000.0, 200_000.0];
        let expected = [
            "0.0 s",
            "9.9 s",
            "10 s",
            "59 s",
            "1 min 0 s",
            "59 min 59 s",
            "1 h 0 min",
            "25 h 0 min",
            "2 days",
        ];
        assert_eq!(seconds.map(duration).each_ref().map(String::as_str), expected);
        assert_eq!([12, 1500].map(bytes), ["12 B", "1.50 kB"]);
    }

    #[test]
    fn a_quoted_argument_is_one_word_to_a_shell() {
        for argument in
            ["plain-name.toml", "two words", "it's", "", "$HOME", "a\"b", "train.max_epochs=5"]
        {
            let output = std::process::Command::new("sh")
                .args(["-c", &format!("printf %s {}", shell(argument))])
                .output();
            assert_eq!(String::from_utf8_lossy(&output.unwrap().stdout), argument);
        }
        assert_eq!(shell("train.max_epochs=5"), "train.max_epochs=5");
    }

    #[test]
    fn wrapping_keeps_every_word_and_the_width() {
        let text = "word ".repeat(60);
        let lines = wrapped(&text, "  ");
        assert!(lines.lines().all(|line| line.chars().count() <= width()));
        assert_eq!(lines.split_whitespace().count(), 60);
        assert!(lines.lines().skip(1).all(|line| line.starts_with("  w")));
    }
}
