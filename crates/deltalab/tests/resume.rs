//! One spec, one result: whatever threads, instructions, interruptions and orders in which a spec grew.

mod support;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use support::{Ended, Place, XOR, deltalab, deltalab_with};

/// Enough work, in runs of different lengths, that a killed process is killed in the middle of it.
const LONG: &str = r#"name = "long"
seeds = 60
[task]
kind = "xor"
[network]
hidden = [4]
[train]
max_epochs = 4000
criterion = { metric = "sse", below = 0.05 }
[record]
every = 50
metrics = ["sse", "correct"]
[[learner]]
kind = "backprop"
learning_rate = 0.5
[[learner]]
kind = "delta"
learning_rate = 0.5
network = { hidden = [] }
[grid]
"network.activation" = ["logistic", "tanh"]
exclude = [{ learner = "delta", "network.activation" = "tanh" }]
"#;

/// The files of a result folder but the one that holds timings.
fn results(place: &Place, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = place.below(folder);
    assert!(files.remove("manifest.json").is_some(), "{folder} has a manifest");
    files
}

/// Fails with the names of the files that differ, not with their bytes.
fn assert_same(got: &BTreeMap<String, Vec<u8>>, expected: &BTreeMap<String, Vec<u8>>, what: &str) {
    let names = || got.keys().chain(expected.keys());
    let differ: Vec<_> = names().filter(|name| got.get(*name) != expected.get(*name)).collect();
    assert!(differ.is_empty(), "{what}: {differ:?} differ");
}

fn trained(ended: &Ended) -> u64 {
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.json()["report"]["trained"].as_u64().unwrap()
}

fn place_with(name: &str, spec: &str) -> Place {
    let place = Place::new();
    place.write(name, spec);
    place
}

#[test]
fn threads_and_instructions_change_no_byte() {
    let place = place_with("long.toml", LONG);
    let reference = deltalab(&place, &["run", "long.toml", "--threads", "1", "--out", "reference"]);
    assert_eq!(reference.code, Some(0), "{}", reference.stderr);
    let expected = results(&place, "reference");
    assert!(
        expected.contains_key("parts/1-of-1.journal")
            && expected.contains_key("figures/survival.png")
    );
    let mut tried = 0;
    for level in ["scalar", "baseline", "avx2", "avx512"] {
        for threads in ["1", "2", "5"] {
            let out = format!("{level}-{threads}");
            let args = ["run", "long.toml", "--threads", threads, "--out", &out, "--quiet"];
            let ended = deltalab_with(&place, &args, &[("DELTALAB_SIMD", level)]);
            if ended.code == Some(2) && ended.stderr.contains("not available here") {
                continue;
            }
            assert_eq!(ended.code, Some(0), "{}", ended.stderr);
            assert!(
                place
                    .read(&format!("{out}/manifest.json"))
                    .contains(&format!("\"instruction_set\": \"{level}\""))
            );
            assert_same(&results(&place, &out), &expected, &out);
            tried += 1;
        }
    }
    assert!(tried >= 6, "scalar and baseline are everywhere");
}

/// Starts the command and waits for it at most so long.
fn start(place: &Place, args: &[&str]) -> Child {
    place.command(args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn killed_at_random_instants_nothing_is_lost_doubled_or_changed() {
    let place = place_with("long.toml", &LONG.replace("seeds = 60", "seeds = 400"));
    let begun = Instant::now();
    assert_eq!(deltalab(&place, &["run", "long.toml", "--out", "whole"]).code, Some(0));
    let whole = begun.elapsed();
    let expected = results(&place, "whole");

    let mut random = ChaCha8Rng::seed_from_u64(20);
    let (mut killed, mut in_the_middle, mut kept) = (0, 0, 0);
    for round in 0..200 {
        if killed == 20 {
            break;
        }
        // Each round goes on where the last kill left it; when there is nothing left, a new one begins.
        let out = format!("killed-{}", killed_folder(&place));
        let instant = whole.mul_f64(0.5 * f64::from(random.next_u32()) / f64::from(u32::MAX));
        let mut child = start(&place, &["run", "long.toml", "--out", &out]);
        std::thread::sleep(instant);
        let ended = child.try_wait().unwrap();
        if ended.is_none() {
            child.kill().unwrap(); // SIGKILL
            killed += 1;
        }
        child.wait().unwrap();
        if place.exists(&format!("{out}/manifest.json")) {
            let status = deltalab(&place, &["status", &out, "--json"]).json();
            let finished = status["finished"].as_u64().unwrap();
            assert_eq!(
                status["damaged"].as_array().map(Vec::len),
                Some(0),
                "round {round}: {status}"
            );
            in_the_middle +=
                u64::from(finished > 0 && finished < status["planned"].as_u64().unwrap());
            kept += finished;
        }
    }
    assert_eq!(
        killed, 20,
        "processes that could be killed, in 200 rounds of at most half of {whole:?}"
    );
    for folder in 0..=killed_folder(&place) {
        let out = format!("killed-{folder}");
        assert_eq!(deltalab(&place, &["run", "long.toml", "--out", &out, "--quiet"]).code, Some(0));
        assert_same(&results(&place, &out), &expected, &out);
    }
    eprintln!(
        "{killed} of 20 killed, {in_the_middle} in the middle of training, {kept} finished runs found"
    );
}

/// The first folder that is not finished: where the tables are, all that is left is figures.
fn killed_folder(place: &Place) -> usize {
    (0..).find(|folder| !place.exists(&format!("killed-{folder}/columns.json"))).unwrap_or(0)
}

#[test]
fn results_stored_without_their_journal_are_made_again_byte_for_byte() {
    let place = place_with("xor.toml", XOR);
    let run = ["run", "xor.toml", "--out", "out", "--json"];
    let planned = trained(&deltalab(&place, &run));
    let expected = results(&place, "out");
    std::fs::remove_file(place.path("out/manifest.json")).unwrap();
    std::fs::remove_dir_all(place.path("out/parts")).unwrap();
    assert_eq!(trained(&deltalab(&place, &run)), planned);
    assert_same(&results(&place, "out"), &expected, "made again");
    // A folder with anything else in it is not touched.
    place.write("other/thesis.tex", "years of work");
    let ended = deltalab(&place, &["run", "xor.toml", "--out", "other", "--fresh"]);
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert_eq!(place.below("other").len(), 1);
}

#[test]
fn what_a_spec_gains_is_trained_and_what_it_had_is_reused() {
    let place = place_with("xor.toml", XOR);
    let run = |spec: &str, args: &[&str]| {
        place.write("xor.toml", spec);
        trained(&deltalab(&place, &[&["run", "xor.toml", "--json", "--quiet"], args].concat()))
    };
    assert_eq!(run(XOR, &[]), 12);
    assert_eq!(run(XOR, &[]), 0);
    // 4 more seeds for 2 learners
    assert_eq!(run(XOR, &["--seeds", "10"]), 8);
    // a third learner on 6 seeds
    let third =
        format!("{XOR}[[learner]]\nkind = \"backprop\"\nlabel = \"fast\"\nlearning_rate = 1.0\n");
    assert_eq!(run(&third, &[]), 6);
    // one activation more for 3 learners on 6 seeds
    let grid = format!("{third}[grid]\n\"network.activation\" = [\"logistic\", \"tanh\"]\n");
    assert_eq!(run(&grid, &[]), 18);
    // labels, figures and descriptions are no part of a run
    assert_eq!(
        run(
            &grid
                .replace("\"fast\"", "\"quick\"")
                .replace("name =", "description = \"new\"\nname ="),
            &[]
        ),
        0
    );
    // --fresh begins anew
    assert_eq!(run(XOR, &["--fresh"]), 12);
    // the way does not show in the result
    let grown = place_with("xor.toml", XOR);
    deltalab(&grown, &["run", "xor.toml", "--seeds", "2", "--quiet"]);
    deltalab(&grown, &["run", "xor.toml", "--quiet"]);
    assert_same(&results(&grown, "results/xor"), &results(&place, "results/xor"), "grown");
}

#[cfg(unix)]
#[test]
fn interrupted_it_says_how_to_go_on_and_the_same_command_completes_it() {
    let long = LONG
        .replace("max_epochs = 4000", "max_epochs = 200000")
        .replace("below = 0.05", "below = 1e-9");
    let small = ["--set", "train.max_epochs=2000", "--set", "record.every=500"];
    for signal in ["INT", "TERM"] {
        let place = place_with("my long.toml", &long);
        let args = ["run", "my long.toml", "--fresh", "--seeds", "8"];
        let child = start(&place, &args);
        wait_for(|| place.exists("results/long/manifest.json"));
        let id = child.id().to_string();
        let sent =
            std::process::Command::new("kill").args([&format!("-{signal}"), &id]).status().unwrap();
        assert!(sent.success());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{stderr}");
        assert!(stderr.contains("24 runs are finished and kept in results/long/"), "{stderr}");
        // without --fresh, which would throw away what was kept
        assert!(stderr.trim_end().ends_with("run 'my long.toml' --seeds 8"), "{stderr}");
        // the same folder goes on (fewer epochs, so that the test ends)
        let again = deltalab(
            &place,
            &[&["run", "my long.toml", "--seeds", "8", "--json"], &small[..]].concat(),
        );
        assert_eq!(trained(&again), 24);
    }
}

#[cfg(unix)]
fn wait_for(ready: impl Fn() -> bool) {
    let begun = Instant::now();
    while !ready() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it never began");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_folder_in_use_is_left_alone() {
    let place = place_with("xor.toml", XOR);
    assert_eq!(deltalab(&place, &["run", "xor.toml", "--quiet"]).code, Some(0));
    let journal = std::fs::File::options()
        .append(true)
        .open(place.path("results/xor/parts/1-of-1.journal"))
        .unwrap();
    journal.lock().unwrap();
    let before = place.tree();
    let ended = deltalab(&place, &["run", "xor.toml", "--seeds", "9"]);
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("another process is writing to it"), "{}", ended.stderr);
    assert_eq!(place.tree(), before);
}
