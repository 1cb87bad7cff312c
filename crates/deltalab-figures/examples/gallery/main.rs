//! Draws every kind of figure on synthetic data, with the corners that real studies have: `cargo run -p deltalab-figures --example gallery -- DIR`.
//!
//! The numbers are made up (a fixed formula of cell and seed); only the figures are to be looked at.

mod networks;

use std::path::PathBuf;
use std::process::ExitCode;

use deltalab_figures::draw;
use deltalab_results::{Better, Cell, FigureRequest, Metric, Record, Series, Status, Study};

fn main() -> ExitCode {
    let Some(out) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: gallery DIR");
        return ExitCode::from(2);
    };
    let charts = studies().into_iter().map(|(name, study, records)| (name, study, records, vec![]));
    let networks = networks::studies();
    let networks = networks.into_iter().map(|(name, study, traces)| (name, study, vec![], traces));
    for (name, study, records, traces) in charts.chain(networks) {
        match draw(&study, &records, &traces, &out.join(name)) {
            Ok(paths) => paths.iter().for_each(|p| println!("{}", p.display())),
            Err(error) => {
                eprintln!("{name}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

fn studies() -> Vec<(&'static str, Study, Vec<Record>)> {
    let few = study("xor-rules", &["BP", "GeneRec", "CHL"], &[], 100);
    let activations = ["logistic", "tanh", "relu"];
    let faceted = {
        let axes = [("network.activation", &activations[..])];
        let mut study = study("xor-activations", &["BP", "CHL"], &axes, 40);
        study.figures = ["survival", "learning-curve", "final"]
            .map(|kind| FigureRequest {
                facet: "network.activation".to_owned(),
                ..request(kind, kind == "learning-curve")
            })
            .to_vec();
        study
    };
    let rates = ["0.01", "0.03", "0.1", "0.3", "1"];
    let many = {
        let axes = [("learner.learning_rate", &rates[..]), ("train.batch", &["1", "all"][..])];
        study("rates", &["BP", "CHL", "delta"], &axes, 20)
    };
    let long =
        "A learner whose label goes on and on, with every parameter spelt out in full, and more";
    let long = study("long-labels", &[long, "short"], &[], 20);
    let one = study("one-run", &["BP"], &[], 1);
    let partial = study("partial", &["BP", "GeneRec", "CHL"], &[], 50);
    let nothing = study("nothing-yet", &["BP"], &[], 50);
    let diverged = study("diverged", &["BP", "delta"], &[], 20);
    let all = |study: &Study| runs(study, |_, _| true);
    let some = runs(&partial, |cell, seed| cell < 2 && seed < 30 - 10 * cell as u64);
    let mut broken = all(&diverged);
    for record in broken.iter_mut().filter(|r| r.cell == "cell-0") {
        diverge(record);
    }
    let rates_by_batch = {
        let axes = [("learner.learning_rate", &rates[..]), ("train.batch", &["1", "4", "all"][..])];
        let mut study = study("rates-by-batch", &["BP", "CHL"], &axes, 20);
        study.figures =
            vec![request("grid", false), request("grid", false), request("profile", false)];
        study.figures[1].metric = "median_epochs".to_owned();
        let records = all(&study);
        (study, records)
    };
    let angles = gradients();
    let missing = {
        let mut study = study("nothing-recorded", &["BP"], &[], 20);
        study.figures = ["grid", "angle", "layers", "profile", "network"]
            .map(|kind| request(kind, false))
            .to_vec();
        study
    };
    let blocking = conditioning();
    let trials = blocking.1;
    vec![
        ("few", few.clone(), all(&few)),
        ("faceted", faceted.clone(), all(&faceted)),
        ("many", many.clone(), all(&many)),
        ("long", long.clone(), all(&long)),
        ("one", one.clone(), all(&one)),
        ("partial", partial, some),
        ("nothing", nothing, Vec::new()),
        ("diverged", diverged, broken),
        ("blocking", blocking.0, trials),
        ("grid", rates_by_batch.0, rates_by_batch.1),
        ("angle", angles.0, angles.1),
        ("nothing-recorded", missing, Vec::new()),
    ]
}

fn request(kind: &str, log: bool) -> FigureRequest {
    FigureRequest { kind: kind.to_owned(), log, ..FigureRequest::default() }
}

fn metric(name: &str, better: Better) -> Metric {
    Metric { name: name.to_owned(), better, ..Metric::default() }
}

fn study(name: &str, learners: &[&str], axes: &[(&str, &[&str])], seeds: u64) -> Study {
    let mut cells: Vec<Cell> = learners
        .iter()
        .map(|learner| Cell {
            learner: (*learner).to_owned(),
            max_epochs: 2000,
            criterion: Some("sse < 0.1".to_owned()),
            ..Cell::default()
        })
        .collect();
    for (_, values) in axes {
        let with = |cell: &Cell, value: &str| {
            let mut cell = cell.clone();
            cell.axes.push(Some(value.to_owned()));
            cell
        };
        cells = cells.iter().flat_map(|cell| values.iter().map(move |v| with(cell, v))).collect();
    }
    for (i, cell) in cells.iter_mut().enumerate() {
        cell.id = format!("cell-{i}");
    }
    Study {
        name: name.to_owned(),
        axes: axes.iter().map(|(axis, _)| (*axis).to_owned()).collect(),
        cells,
        seeds: (0..seeds).collect(),
        finals: vec![metric("train_sse", Better::Lower), metric("test_accuracy", Better::Higher)],
        curves: vec![metric("sse", Better::Lower)],
        time: "epoch".to_owned(),
        ..Study::default()
    }
}

/// A number in 0..1 that looks random, of three keys.
fn noise(a: u64, b: u64, c: u64) -> f64 {
    let mut z = (a << 40) ^ (b << 20) ^ c ^ 0x9e37_79b9_7f4a_7c15;
    for multiplier in [0xbf58_476d_1ce4_e5b9_u64, 0x94d0_49bb_1331_11eb] {
        z = (z ^ (z >> 30)).wrapping_mul(multiplier);
    }
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

fn runs(study: &Study, keep: impl Fn(usize, u64) -> bool) -> Vec<Record> {
    let keep = &keep;
    let of = |cell: usize| {
        study.seeds.iter().filter(move |&&seed| keep(cell, seed)).map(move |&seed| run(cell, seed))
    };
    (0..study.cells.len()).flat_map(of).collect()
}

/// An error that stays, then falls: later for later cells, and never for some seeds.
fn run(cell: usize, seed: u64) -> Record {
    let c = cell as u64;
    let speed = 120.0 * (1.0 + 0.7 * (cell % 7) as f64);
    let knee = speed * (0.6 + 1.2 * noise(c, seed, 1) + noise(c, seed, 2).powi(6) * 4.0);
    let stuck = noise(c, seed, 3) < 0.06 * (cell % 4) as f64;
    let (mut epochs, mut values) = (Vec::new(), Vec::new());
    let mut solved_epoch = None;
    for epoch in 0..=2000_u64 {
        let drop = if stuck { 0.3 } else { 1.0 };
        let progress = 1.0 / (1.0 + ((knee - epoch as f64) / (0.1 * knee)).exp());
        let sse = 1.05 * (1.0 - drop * progress) + 0.002 + 0.03 * noise(c, seed, epoch + 9);
        if sse < 0.1 {
            solved_epoch = Some(epoch);
        }
        if epoch % 10 == 0 || solved_epoch.is_some() {
            epochs.push(epoch);
            values.push(sse);
        }
        if solved_epoch.is_some() {
            break;
        }
    }
    let last = values.last().copied().unwrap_or(f64::NAN);
    let accuracy = 0.97 - 0.01 * cell as f64 - 0.03 * noise(c, seed, 5) - 0.2 * last.powi(2);
    Record {
        cell: format!("cell-{cell}"),
        seed,
        status: if solved_epoch.is_some() { Status::Solved } else { Status::Unsolved },
        epochs: epochs.last().copied().unwrap_or(0),
        solved_epoch,
        finals: vec![("train_sse".to_owned(), last), ("test_accuracy".to_owned(), accuracy)],
        curves: vec![Series { metric: "sse".to_owned(), epochs, values }],
        pattern_updates: 0,
    }
}

/// Turns a run into one whose error explodes.
fn diverge(record: &mut Record) {
    let at = 20 + 10 * (record.seed % 4);
    record.status = Status::Diverged;
    record.epochs = at;
    record.solved_epoch = None;
    for (_, value) in &mut record.finals {
        *value = f64::NAN;
    }
    for series in &mut record.curves {
        series.epochs = (0..=at / 10).map(|i| 10 * i).collect();
        series.values = series.epochs.iter().map(|&e| (e as f64 / 8.0).exp()).collect();
        if let Some(last) = series.values.last_mut() {
            *last = f64::INFINITY;
        }
    }
}

/// Runs with the angle to the gradient and the size of δ in each layer of a deep net.
fn gradients() -> (Study, Vec<Record>) {
    let mut study = study("deep", &["BP", "GeneRec", "CHL"], &[], 30);
    study.figures = ["angle", "layers", "profile"].map(|kind| request(kind, false)).to_vec();
    let layers = ["hidden1", "hidden2", "hidden3", "output"];
    let angles = ["", "(hidden1)", "(hidden2)", "(hidden3)", "(output)"]
        .map(|l| format!("gradient_angle{l}"));
    let deltas = layers.map(|layer| format!("delta_norm({layer})"));
    for name in angles.iter().chain(&deltas) {
        study.curves.push(metric(name, Better::Neither));
    }
    let mut records = runs(&study, |_, _| true);
    for record in &mut records {
        let cell = u64::from(record.cell.as_bytes()[5] - b'0');
        let epochs = record.curves[0].epochs.clone();
        let last = *epochs.last().unwrap_or(&1) as f64;
        let series = |name: &String, value: &dyn Fn(f64, f64) -> f64| Series {
            metric: name.clone(),
            values: epochs
                .iter()
                .map(|&e| value(e as f64 / last, noise(cell, record.seed, e + 77)))
                .collect(),
            epochs: epochs.clone(),
        };
        let mut curves = Vec::new();
        for (n, name) in angles.iter().enumerate() {
            let most = [0.0, 28.0, 55.0][cell as usize] * (1.0 + 0.1 * n as f64);
            curves.push(series(name, &|t, noise| most * (0.4 + 0.6 * t) * (0.8 + 0.4 * noise)));
        }
        for (n, name) in deltas.iter().enumerate() {
            let fall = [0.12_f64, 0.4, 0.6][cell as usize].powi(3 - n as i32);
            curves.push(series(name, &|t, noise| {
                0.3 * fall * (-2.0 * t).exp() * (0.6 + 0.8 * noise)
            }));
        }
        record.curves.extend(curves);
    }
    (study, records)
}

/// Blocking and its control by Rescorla and Wagner's rule, αβ = 0.1.
fn conditioning() -> (Study, Vec<Record>) {
    let cues = ["A", "B"];
    let designs = [("blocking", vec![("A", 30), ("AB", 30)]), ("control", vec![("AB", 30)])];
    let mut records = Vec::new();
    let mut cells = Vec::new();
    for (i, (name, stages)) in designs.iter().enumerate() {
        let mut strength = [0.0; 2];
        let mut curves = cues.map(|cue| Series {
            metric: format!("V({cue})"),
            epochs: vec![0],
            values: vec![0.0],
        });
        let mut trial = 0;
        for (compound, trials) in stages {
            for _ in 0..*trials {
                trial += 1;
                let present = cues.map(|cue| f64::from(u8::from(compound.contains(cue))));
                let sum: f64 = present.iter().zip(&strength).map(|(p, v)| p * v).sum();
                for (cue, curve) in curves.iter_mut().enumerate() {
                    strength[cue] += 0.1 * present[cue] * (1.0 - sum);
                    curve.epochs.push(trial);
                    curve.values.push(strength[cue]);
                }
            }
        }
        let stages: Vec<String> = stages.iter().map(|(c, n)| format!("{n} {c}+")).collect();
        let mut cell = Cell {
            id: format!("cell-{i}"),
            learner: "Rescorla–Wagner".to_owned(),
            axes: vec![Some((*name).to_owned())],
            ..Cell::default()
        };
        cell.config = serde_json::json!({ "task": { "stages": stages } });
        cells.push(cell);
        records.extend((0..10).map(|seed| Record {
            cell: format!("cell-{i}"),
            seed,
            status: Status::Unsolved,
            epochs: trial,
            solved_epoch: None,
            finals: Vec::new(),
            curves: curves.to_vec(),
            pattern_updates: trial,
        }));
    }
    let study = Study {
        name: "blocking".to_owned(),
        axes: vec!["task.design".to_owned()],
        cells,
        seeds: (0..10).collect(),
        curves: cues.map(|cue| metric(&format!("V({cue})"), Better::Neither)).to_vec(),
        time: "trial".to_owned(),
        ..Study::default()
    };
    (study, records)
}
