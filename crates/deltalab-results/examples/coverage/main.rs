//! What the 95 % intervals cover, and how often two copies of one learner are told apart, by simulation: the text of
//! `results/coverage.md`.
//!
//! ```text
//! cargo run --release -p deltalab-results --example coverage -- RUNS.csv
//! ```
//!
//! Experiments of 20 and of 100 seeds are drawn from distributions of which the truth is known, and from the runs of
//! `RUNS.csv` (a learner on very many seeds, whose own values are then the truth). `scripts/check-coverage` makes that file and
//! compares what comes out.

mod copies;
mod intervals;
mod world;

use std::process::ExitCode;

/// Simulated experiments for each number.
const EXPERIMENTS: usize = 2000;
/// Seeds of an experiment.
const SEEDS: [usize; 2] = [20, 100];

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("usage: coverage RUNS.csv");
        return ExitCode::from(2);
    };
    let pool = match world::Pool::read(path.as_ref()) {
        Ok(pool) => pool,
        Err(error) => {
            eprintln!("{}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    };
    println!("# What the intervals cover");
    println!();
    println!("Made by `scripts/check-coverage`; every number is a function of the code.");
    println!();
    println!(
        "A 95 % interval should hold the truth in 95 of 100 experiments. Here are {EXPERIMENTS} simulated experiments for each number, so that its own"
    );
    println!(
        "standard error is 0.5 points. Numbers outside 93 to 97 are in *italics*. *Trained* are {} runs of backprop on XOR, from which experiments",
        pool.runs.len()
    );
    println!("are drawn; their own rate, median and means are the truth.");
    intervals::print(&pool);
    copies::print(&pool);
    ExitCode::SUCCESS
}

/// A percentage of the experiments, in italics outside 93 to 97.
fn covered(held: usize) -> String {
    let share = (1000.0 * held as f64 / EXPERIMENTS as f64).round() / 10.0; // as it is printed
    if (93.0..=97.0).contains(&share) { format!("{share:.1}") } else { format!("*{share:.1}*") }
}

/// A table with a row for each world, and a column for each method and number of seeds.
fn table(heading: &str, methods: &[&str], rows: &[(String, Vec<[usize; 2]>)]) {
    println!();
    print!("| {heading} |");
    for method in methods {
        for n in SEEDS {
            print!(" {method}, n = {n} |");
        }
    }
    println!();
    println!("|---|{}", "--:|".repeat(methods.len() * SEEDS.len()));
    for (world, held) in rows {
        print!("| {world} |");
        for &held in held.iter().flatten() {
            print!(" {} |", covered(held));
        }
        println!();
    }
}
