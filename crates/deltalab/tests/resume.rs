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

/// Two learners with rates to find, and one that has none.
const TUNED: &str = r#"name = "long"
seeds = 60
[task]
kind = "xor"
[network]
hidden = [4]
[train]
max_epochs = 2000
criterion = { metric = "sse", below = 0.05 }
[record]
every = 50
[[learner]]
kind = "backprop"
[[learner]]
kind = "backprop"
label = "momentum"
optimiser = "momentum"
[[learner]]
kind = "rescorla_wagner"
network = { hidden = [], biases = false, output_activation = "linear" }
[grid]
"network.activation" = ["logistic", "tanh"]
[tune]
seeds = { first = 1000, count = 30 }
space = { learning_rate = { log = [0.05, 5.0], steps = 5 } }
select = "mean_epochs"
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
    killed_at_random_instants(&LONG.replace("seeds = 60", "seeds = 400"));
}

#[test]
fn killed_while_it_tunes_or_compares_nothing_is_lost_doubled_or_changed() {
    killed_at_random_instants(&TUNED.replace("seeds = 60", "seeds = 300"));
}

fn killed_at_random_instants(spec: &str) {
    let place = place_with("long.toml", spec);
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
            let tuned = |key: &str| status["tuning"][key].as_u64().unwrap_or(0);
            let finished = status["finished"].as_u64().unwrap() + tuned("finished");
            let planned = status["planned"].as_u64().unwrap() + tuned("planned");
            assert_eq!(
                status["damaged"].as_array().map(Vec::len),
                Some(0),
                "round {round}: {status}"
            );
            in_the_middle += u64::from(finished > 0 && finished < planned);
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
fn a_tuned_spec_is_the_same_bytes_for_any_threads_and_what_it_gains_is_reused() {
    let place = place_with("long.toml", TUNED);
    let run = |out: &str, args: &[&str]| {
        let all = [&["run", "long.toml", "--json", "--quiet", "--out", out], args].concat();
        trained(&deltalab(&place, &all))
    };
    let (trials, compared) = (2 * 2 * 5 * 30, 6 * 60);
    assert_eq!(run("one", &["--threads", "1"]), trials + compared);
    let expected = results(&place, "one");
    assert!(expected.contains_key("tuning.csv"));
    assert_eq!(run("five", &["--threads", "5"]), trials + compared);
    assert_same(&results(&place, "five"), &expected, "5 threads");
    // fewer seeds first: the trials stay, and so does every run of the comparison
    assert_eq!(run("grown", &["--seeds", "20"]), trials + 6 * 20);
    assert_eq!(run("grown", &[]), 6 * 40);
    assert_same(&results(&place, "grown"), &expected, "grown");
    // a value more to try: its trials, and the comparison where it is the best
    let more =
        TUNED.replace("{ log = [0.05, 5.0], steps = 5 }", "[0.05, 0.158, 0.5, 1.58, 5.0, 1e-9]");
    place.write("long.toml", &more);
    assert_eq!(run("grown", &[]), 2 * 2 * 30);
    // a tuned cell is the cell with that value in the spec: its runs are found
    let config = place.read("one/manifest.json");
    let config: serde_json::Value = serde_json::from_str(&config).unwrap();
    let rate =
        |cell: usize| config["cells"][cell]["tuned"][0]["value"].as_str().unwrap().to_string();
    let grid = format!(
        "[grid]\n\"network.activation, learner.backprop.learning_rate, learner.momentum.learning_rate\" = [[\"logistic\", {}, {}], [\"tanh\", {}, {}]]\n",
        rate(0),
        rate(2),
        rate(1),
        rate(3)
    );
    let by_hand = TUNED[..TUNED.find("[grid]").unwrap()]
        .replace("kind = \"backprop\"\n[[", "kind = \"backprop\"\nlabel = \"plain\"\n[[");
    place.write("long.toml", &(by_hand + &grid.replace("learner.backprop", "learner.plain")));
    assert_eq!(run("one", &[]), 0);
    assert!(!place.exists("one/tuning.csv"), "a table of what is no longer done");
}

#[test]
fn a_tuned_folder_is_shown_while_it_is_half_finished() {
    let place = place_with("long.toml", TUNED);
    assert_eq!(deltalab(&place, &["run", "long.toml", "--quiet"]).code, Some(0));
    let journal = place.read("results/long/parts/1-of-1.journal");
    let manifest = place.read("results/long/manifest.json");
    // nothing but the trials of the first search: they stand after the comparison's 360 runs
    let first: String =
        journal.lines().skip(360).take(150).map(|line| format!("{line}\n")).collect();
    place.write("half/parts/1-of-1.journal", &first);
    place.write("half/manifest.json", &manifest);
    let status = deltalab(&place, &["status", "half", "--json"]).json();
    assert_eq!((&status["finished"], &status["tuning"]["finished"]), (&0.into(), &150.into()));
    assert_eq!(status["others"], 0);
    let figures = deltalab(&place, &["figures", "half", "--json"]);
    assert_eq!(figures.code, Some(0), "{}", figures.stderr);
    let text = deltalab(&place, &["status", "half"]).stdout;
    assert!(
        text.contains("Tuning: 150 of 600 runs are finished (20 trials × 30 seeds)."),
        "{text}"
    );
    place.write("long.toml", TUNED);
    assert_eq!(
        trained(&deltalab(&place, &["run", "long.toml", "--out", "half", "--json"])),
        360 + 450
    );
    assert_same(&results(&place, "half"), &results(&place, "results/long"), "resumed");
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
    // What a process leaves that was killed while it tried the folder is no reason to refuse it.
    place.write("tried/.probe.tmp", "can this be");
    assert_eq!(
        trained(&deltalab(&place, &["run", "xor.toml", "--out", "tried", "--json"])),
        planned
    );
    assert_same(&results(&place, "tried"), &expected, "tried");
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

/// A spec that takes minutes, for processes that are stopped by the test.
fn endless() -> String {
    LONG.replace("max_epochs = 4000", "max_epochs = 20000000")
        .replace("below = 0.05", "below = 1e-9")
}

#[cfg(unix)]
#[test]
fn a_folder_in_use_is_left_alone_until_its_user_is_dead() {
    let place = place_with("long.toml", &endless());
    let mut first = start(&place, &["run", "long.toml"]);
    wait_for(|| place.exists("results/long/manifest.json"));
    let before = place.tree();
    for flags in [&[][..], &["--fresh"], &["--seeds", "70"]] {
        let second = deltalab(&place, &[&["run", "long.toml", "--quiet"], flags].concat());
        assert_eq!(second.code, Some(2), "{flags:?}: {}", second.stderr);
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let holder = format!("process {} on {}", first.id(), host.trim());
        assert!(second.stderr.contains(&holder), "{flags:?}: {}", second.stderr);
        assert!(second.stderr.contains("results/long/parts/1-of-1.journal"), "{}", second.stderr);
    }
    let names = |tree: &BTreeMap<String, Vec<u8>>| tree.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&place.tree()), names(&before));
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(
        place.exists("results/long/parts/.1-of-1.lock"),
        "the killed process could not remove it"
    );
    place.write("long.toml", XOR);
    let third = deltalab(&place, &["run", "long.toml", "--out", "results/long", "--json"]);
    assert_eq!(trained(&third), 12);
    assert!(!place.exists("results/long/parts/.1-of-1.lock"));
}

/// Changes one byte of a line (from 1) of a journal so that it is still text.
fn spoil(place: &Place, journal: &str, line: usize) {
    let mut lines: Vec<String> = place.read(journal).lines().map(str::to_owned).collect();
    lines[line - 1] = lines[line - 1].replacen("\"epochs\":", "\"epochs\": ", 1);
    place.write(journal, &(lines.join("\n") + "\n"));
}

#[test]
fn a_damaged_record_is_named_and_its_run_alone_is_done_again() {
    let place = place_with("xor.toml", XOR);
    let run = ["run", "xor.toml", "--out", "out", "--json"];
    assert_eq!(trained(&deltalab(&place, &run)), 12);
    let expected = results(&place, "out");
    spoil(&place, "out/parts/1-of-1.journal", 5);
    spoil(&place, "out/parts/1-of-1.journal", 11);
    let ended = deltalab(&place, &run);
    assert_eq!(trained(&ended), 2);
    assert_eq!(ended.json()["report"]["damaged"], 2);
    for line in [5, 11] {
        let named = format!("out/parts/1-of-1.journal:{line}: damaged: its checksum is");
        assert!(ended.stderr.contains(&named), "{}", ended.stderr);
    }
    assert_same(&results(&place, "out"), &expected, "done again");
    let ended = deltalab(&place, &run);
    assert_eq!((trained(&ended), &ended.json()["report"]["damaged"]), (0, &0.into()));
}
