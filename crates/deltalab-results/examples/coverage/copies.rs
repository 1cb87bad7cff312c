//! Copies of one learner under different labels: how often is one said to be ahead?

use deltalab_results::comparison::comparisons;
use deltalab_results::verdict::LEVEL;
use deltalab_results::{Better, Cell, Metric, Record, Runs, Status, Study};

use super::world::{Chance, Pool};
use super::{EXPERIMENTS, SEEDS};

/// The table.
pub fn print(pool: &Pool) {
    println!("\n## Copies of one learner under different labels");
    println!();
    println!(
        "Experiments in which any comparison has p < {LEVEL} after Holm: at most 5 in 100 may. Copies draw their runs independently of each other, from the trained"
    );
    println!(
        "runs or from a world in which a seed is hard or easy for both. (Copies that are trained on the same seeds have the same bits: difference 0, p = 1.)"
    );
    println!();
    println!("| runs | copies | tests | n = {}, % | n = {}, % |", SEEDS[0], SEEDS[1]);
    println!("|---|--:|--:|--:|--:|");
    for (name, copies) in
        [("trained", 2), ("trained", 4), ("seeds hard or easy", 2), ("seeds hard or easy", 4)]
    {
        let mut chance = Chance::of(&format!("copies {name} {copies}"));
        let told = SEEDS.map(|n| {
            let apart = (0..EXPERIMENTS).filter(|_| {
                let records = match name {
                    "trained" => trained(pool, &mut chance, copies, n),
                    _ => hard_or_easy(&mut chance, copies, n),
                };
                told_apart(copies, n, &records)
            });
            100.0 * apart.count() as f64 / EXPERIMENTS as f64
        });
        let tests = 3 * copies * (copies - 1) / 2;
        println!("| {name} | {copies} | {tests} | {:.1} | {:.1} |", told[0], told[1]);
    }
}

fn told_apart(copies: usize, n: usize, records: &[Record]) -> bool {
    let cell = |copy: usize| Cell {
        id: copy.to_string(),
        learner: copy.to_string(),
        max_epochs: u64::MAX,
        criterion: Some("sse < 0.1".to_owned()),
        ..Cell::default()
    };
    let sse = Metric { name: "train_sse".to_owned(), better: Better::Lower, ..Metric::default() };
    let study = Study {
        cells: (0..copies).map(cell).collect(),
        seeds: (0..n as u64).collect(),
        finals: vec![sse],
        ..Study::default()
    };
    let rows = comparisons(&Runs::new(&study, records));
    rows.iter().any(|row| row.p_holm.is_some_and(|p| p < LEVEL))
}

fn record(copy: usize, seed: usize, solved: Option<u64>, limit: u64, sse: f64) -> Record {
    Record {
        cell: copy.to_string(),
        seed: seed as u64,
        status: if solved.is_some() { Status::Solved } else { Status::Unsolved },
        epochs: solved.unwrap_or(limit),
        solved_epoch: solved,
        finals: vec![("train_sse".to_owned(), sse)],
        curves: Vec::new(),
        pattern_updates: 0,
    }
}

fn trained(pool: &Pool, chance: &mut Chance, copies: usize, n: usize) -> Vec<Record> {
    let mut records = Vec::with_capacity(copies * n);
    for copy in 0..copies {
        for seed in 0..n {
            let run = pool.runs[chance.below(pool.runs.len())];
            records.push(record(copy, seed, run.solved, pool.limit, run.sse));
        }
    }
    records
}

fn hard_or_easy(chance: &mut Chance, copies: usize, n: usize) -> Vec<Record> {
    const LIMIT: u64 = 300;
    let mut records = Vec::with_capacity(copies * n);
    for seed in 0..n {
        let hard = chance.normal();
        for copy in 0..copies {
            let epochs = (200.0 * libm::exp(0.4 * hard + 0.4 * chance.normal())).ceil() as u64;
            let solved = Some(epochs).filter(|&epochs| epochs <= LIMIT);
            let sse = if solved.is_some() {
                0.1 - 0.02 * chance.uniform()
            } else {
                0.5 + chance.uniform()
            };
            records.push(record(copy, seed, solved, LIMIT, sse));
        }
    }
    records
}
