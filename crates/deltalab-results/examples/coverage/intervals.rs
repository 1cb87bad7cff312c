//! How often an interval holds the truth.

use deltalab_results::statistics::bootstrap::{Bootstrap, bca, expanded, percentile};
use deltalab_results::statistics::interquartile::{self, interquartile_mean};
use deltalab_results::statistics::proportion::{Pairs, paired_difference, wilson};
use deltalab_results::statistics::survival::KaplanMeier;
use deltalab_results::statistics::{Interval, median};

use super::world::{Chance, Pool, Times, World, differences, times, values};
use super::{EXPERIMENTS, SEEDS, table};

/// Every table.
pub fn print(pool: &Pool) {
    println!("\n## Success rates: Wilson");
    println!();
    println!(
        "A count of n has n + 1 values, so what is covered jumps with the true rate p; over rates drawn evenly from 0 to 1 it is 95 %."
    );
    table("p", &["Wilson"], &success(pool));

    println!("\n## Success of one minus that of another, and P(faster): Tango");
    println!();
    println!(
        "Shares of the seeds on which only the first is solved (is faster), and only the second."
    );
    table("first, second", &["Tango"], &pairs());

    println!("\n## Median epochs: Brookmeyer–Crowley, log-log");
    println!();
    println!(
        "Of 20 runs an interval of the median can only end at one of 20 epochs. Without ties the levels that it can have are 95.9, 97.3, 98.8 %; this one has"
    );
    println!(
        "the second. Where several runs are solved in the same epoch it covers more. It errs towards saying less."
    );
    println!(
        "*S(t)* is the interval of the curve at the epoch at which truly half of the runs are solved."
    );
    table("epochs", &["median", "S(t)"], &medians(&times(pool)));

    println!("\n## Means of a final metric");
    println!();
    println!(
        "*Expanded* is what tables and figures show. Percentile and BCa intervals are too narrow for 20 values. No interval made from 20 values can know of the"
    );
    println!(
        "one run in ten that gets stuck when none of them does, which happens in 12 of 100 experiments, or of the long tail of a lognormal with σ = 1."
    );
    table("metric", &METHODS, &means(&values(pool)));

    println!("\n## Mean differences of a final metric, paired by seed");
    table("difference", &METHODS, &means(&differences(pool)));

    println!("\n## Differences of the restricted mean epochs, paired by seed");
    table("epochs", &["expanded"], &restricted(&times(pool)));

    println!("\n## Median differences: order statistics");
    table("difference", &["median"], &median_differences(&differences(pool)));

    println!("\n## Interquartile means over 5 tasks: stratified bootstrap");
    println!();
    println!(
        "Relative speeds with a level of each task's own, n seeds a task; the truth is that of 200,000 seeds."
    );
    table("speeds", &["percentile"], &interquartile_means());
}

const METHODS: [&str; 3] = ["expanded", "percentile", "BCa"];

type Rows = Vec<(String, Vec<[usize; 2]>)>;

/// Experiments of each size in which `holds` is true.
fn count(name: &str, mut holds: impl FnMut(&mut Chance, usize) -> bool) -> [usize; 2] {
    let mut chance = Chance::of(name);
    SEEDS.map(|n| (0..EXPERIMENTS).filter(|_| holds(&mut chance, n)).count())
}

fn holds(interval: Option<Interval>, truth: f64) -> bool {
    interval.is_some_and(|it| it.low <= truth && truth <= it.high)
}

fn success(pool: &Pool) -> Rows {
    let of = |p: f64| {
        count(&format!("wilson {p}"), |chance, n| {
            let solved = (0..n).filter(|_| chance.chance(p)).count();
            holds(wilson(solved, n), p)
        })
    };
    let mut rows: Rows = [0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95]
        .iter()
        .map(|&p| (p.to_string(), vec![of(p)]))
        .collect();
    let anywhere = count("wilson anywhere", |chance, n| {
        let p = chance.uniform();
        let solved = (0..n).filter(|_| chance.chance(p)).count();
        holds(wilson(solved, n), p)
    });
    rows.push(("even from 0 to 1".to_owned(), vec![anywhere]));
    let solved = pool.runs.iter().filter(|run| run.solved.is_some()).count();
    let rate = solved as f64 / pool.runs.len() as f64;
    rows.push((format!("trained: {rate:.3}"), vec![of(rate)]));
    rows
}

fn pairs() -> Rows {
    let shares = [(0.25, 0.25), (0.45, 0.45), (0.5, 0.1), (0.3, 0.05), (0.1, 0.0), (0.9, 0.05)];
    let row = |&(first, second): &(f64, f64)| {
        let held = count(&format!("tango {first} {second}"), |chance, n| {
            let mut pairs = Pairs { n, first: 0, second: 0 };
            for _ in 0..n {
                let u = chance.uniform();
                pairs.first += usize::from(u < first);
                pairs.second += usize::from(first <= u && u < first + second);
            }
            holds(paired_difference(pairs), first - second)
        });
        (format!("{first}, {second}"), vec![held])
    };
    shares.iter().map(row).collect()
}

fn medians(worlds: &[Times]) -> Rows {
    let row = |times: &Times| {
        let fit = |chance: &mut Chance, n| {
            let outcomes: Vec<_> = (0..n).map(|_| times.outcome(chance)).collect();
            KaplanMeier::fit(&outcomes)
        };
        let median = count(&format!("median {}", times.name), |chance, n| {
            let found = fit(chance, n).median();
            let [low, high] = [found.low, found.high].map(|end| end.unwrap_or(u64::MAX));
            low <= times.median && times.median <= high
        });
        let truth = survival(times);
        let curve = count(&format!("curve {}", times.name), |chance, n| {
            let fit = fit(chance, n);
            let last = fit.steps.iter().rfind(|step| step.time <= times.median);
            holds(last.and_then(|step| step.interval), truth)
        });
        (times.name.to_owned(), vec![median, curve])
    };
    worlds.iter().map(row).collect()
}

/// S at the median, from very many draws: ties let it fall below ½.
fn survival(times: &Times) -> f64 {
    let mut chance = Chance::of(&format!("survival {}", times.name));
    let draws = 400_000;
    let later = (0..draws).filter(|_| (times.draw)(&mut chance) > times.median).count();
    later as f64 / f64::from(draws)
}

fn means(worlds: &[World]) -> Rows {
    let mut bootstrap = Bootstrap::default();
    let row = |world: &World| {
        let mut held = vec![[0; 2]; METHODS.len()];
        let mut chance = Chance::of(&format!("mean {}", world.name));
        for (size, n) in SEEDS.into_iter().enumerate() {
            for _ in 0..EXPERIMENTS {
                let values: Vec<f64> = (0..n).map(|_| (world.draw)(&mut chance)).collect();
                let means = bootstrap.means(&values);
                let intervals =
                    [expanded(means.clone(), n), percentile(means.clone()), bca(&values, means)];
                for (held, interval) in held.iter_mut().zip(intervals) {
                    held[size] += usize::from(holds(interval, world.mean));
                }
            }
        }
        (world.name.to_owned(), held)
    };
    worlds.iter().map(row).collect()
}

fn restricted(worlds: &[Times]) -> Rows {
    let mut bootstrap = Bootstrap::default();
    let row = |times: &Times| {
        let held = count(&format!("restricted {}", times.name), |chance, n| {
            let mut spent = || times.outcome(chance).time() as f64;
            let differences: Vec<f64> = (0..n).map(|_| spent() - spent()).collect();
            holds(bootstrap.interval(&differences), 0.0)
        });
        (times.name.to_owned(), vec![held])
    };
    worlds.iter().map(row).collect()
}

fn median_differences(worlds: &[World]) -> Rows {
    let row = |world: &World| {
        let held = count(&format!("median of {}", world.name), |chance, n| {
            let values: Vec<f64> = (0..n).map(|_| (world.draw)(chance)).collect();
            holds(median::interval(&values), world.median)
        });
        (world.name.to_owned(), vec![held])
    };
    worlds.iter().map(row).collect()
}

/// The relative speed of a run on a task: about a level of the task's own, never solved with probability 0.15.
fn speed(chance: &mut Chance, task: usize) -> f64 {
    let level = 0.15 + 0.17 * task as f64;
    let speed = level * libm::exp(0.3 * chance.normal());
    if chance.chance(0.15) { 0.0 } else { speed.min(1.0) }
}

fn interquartile_means() -> Rows {
    let scores = |chance: &mut Chance, n: usize| -> Vec<Vec<f64>> {
        (0..5).map(|task| (0..n).map(|_| speed(chance, task)).collect()).collect()
    };
    let truth =
        interquartile_mean(&scores(&mut Chance::of("interquartile truth"), 200_000).concat());
    let held = count("interquartile mean", |chance, n| {
        holds(interquartile::interval(&scores(chance, n)), truth)
    });
    vec![("lognormal, 15 % unsolved".to_owned(), vec![held])]
}
