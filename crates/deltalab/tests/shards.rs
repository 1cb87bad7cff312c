//! One plan run by many processes: whatever the shards, their order and their ends, the files are those of one process.

mod support;

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Instant;
use support::{Ended, Place, XOR, deltalab, deltalab_with, words};

/// Runs of different lengths, in cells that differ; enough of them that a process is killed among them.
const WIDE: &str = r#"name = "wide"
seeds = 40
[task]
kind = "xor"
[network]
hidden = [4]
[train]
max_epochs = 1500
criterion = { metric = "sse", below = 0.1 }
[record]
every = 100
[[learner]]
kind = "backprop"
learning_rate = 0.5
[[learner]]
kind = "delta"
learning_rate = 0.5
network = { hidden = [] }
[grid]
"network.activation" = ["logistic", "tanh", "relu"]
exclude = [{ learner = "delta", "network.activation" = "tanh" }]
[[figure]]
kind = "survival"
[[figure]]
kind = "network"
"#;

const TUNE: &str = r#"[tune]
seeds = { first = 1000, count = 8 }
space = { learning_rate = [0.1, 0.5, 2.0] }
select = "mean_epochs"
"#;

/// Two learners whose rates are to be found at two points of a grid, and one that has none to find.
fn tuned() -> String {
    let learners = "[[learner]]\nkind = \"backprop\"\n[[learner]]\nkind = \"backprop\"\nlabel = \"momentum\"\n\
        optimiser = \"momentum\"\n[[learner]]\nkind = \"rescorla_wagner\"\n\
        network = { hidden = [], biases = false, output_activation = \"linear\" }\n";
    let grid = "[grid]\n\"network.activation\" = [\"logistic\", \"tanh\"]\n";
    let head = WIDE.split_once("[[learner]]").unwrap().0.replace("seeds = 40", "seeds = 12");
    head + learners + grid + TUNE
}

fn place_with(name: &str, text: &str) -> Place {
    let place = Place::new();
    place.write(name, text);
    place
}

/// The files of a result folder but the one that holds timings, and the scripts of submit.
fn results(place: &Place, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = place.below(folder);
    assert!(files.remove("manifest.json").is_some(), "{folder} has a manifest");
    files.retain(|name, _| !name.starts_with("submit/"));
    files
}

/// Fails with the names of the files that differ, not with their bytes.
fn assert_same(place: &Place, got: &str, expected: &str) {
    let (got_files, expected) = (results(place, got), results(place, expected));
    let names = || got_files.keys().chain(expected.keys());
    let differ: Vec<_> =
        names().filter(|name| got_files.get(*name) != expected.get(*name)).collect();
    assert!(differ.is_empty(), "{got}: {differ:?} differ");
}

fn ok(ended: Ended) -> Ended {
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended
}

fn shard(place: &Place, spec: &str, out: &str, shard: &str) -> serde_json::Value {
    let args = ["run", spec, "--out", out, "--shard", shard, "--json", "--quiet"];
    ok(deltalab(place, &args)).json()
}

#[test]
fn any_shards_in_any_order_give_the_bytes_of_one_process() {
    let place = place_with("wide.toml", WIDE);
    ok(deltalab(&place, &["run", "wide.toml", "--out", "whole"]));
    let orders: [(u32, &[u32]); 5] =
        [(1, &[1]), (2, &[2, 1]), (3, &[2, 3, 1]), (7, &[7, 1, 6, 2, 5, 3, 4]), (60, &[])];
    for (of, order) in orders {
        let out = format!("of-{of}");
        let order: Vec<u32> =
            if order.is_empty() { (1..=of).rev().collect() } else { order.to_vec() };
        let trained: u64 = (order.iter())
            .map(|i| {
                shard(&place, "wide.toml", &out, &format!("{i}/{of}"))["trained"].as_u64().unwrap()
            })
            .sum();
        assert_eq!(trained, 5 * 40, "{of} shards: every run once");
        assert!(!place.exists(&format!("{out}/runs.csv")), "tables are collect's");
        assert_eq!(place.below(&format!("{out}/parts")).len(), 2 * of as usize, "a journal each");
        let collected = ok(deltalab(&place, &["collect", &out, "--json"])).json();
        assert_eq!((&collected["finished"], &collected["partial"]), (&200.into(), &false.into()));
        assert_same(&place, &out, "whole");
        // once more: nothing changes
        ok(deltalab(&place, &["collect", &out]));
        assert_same(&place, &out, "whole");
        let trained = ok(deltalab(&place, &["run", "wide.toml", "--out", &out, "--json"])).json();
        assert_eq!(trained["report"]["trained"], 0);
    }
}

#[test]
fn shards_at_once_give_the_bytes_of_one_process() {
    let place = place_with("wide.toml", WIDE);
    ok(deltalab(&place, &["run", "wide.toml", "--out", "whole"]));
    let children: Vec<_> = (1..=6)
        .map(|i| {
            let shard = format!("{i}/6");
            let mut command =
                place.command(&["run", "wide.toml", "--out", "at-once", "--shard", &shard]);
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        })
        .collect();
    for child in children {
        assert!(child.wait_with_output().unwrap().status.success());
    }
    ok(deltalab(&place, &["collect", "at-once"]));
    assert_same(&place, "at-once", "whole");
}

#[test]
fn a_shard_that_was_killed_goes_on_and_nothing_is_lost_or_doubled() {
    let spec = WIDE.replace("seeds = 40", "seeds = 300");
    let place = place_with("wide.toml", &spec);
    let begun = Instant::now();
    ok(deltalab(&place, &["run", "wide.toml", "--out", "whole"]));
    let whole = begun.elapsed();
    let mut in_the_middle = 0;
    for round in 0..12_u32 {
        // each time a little later: some before the first run, some in the middle
        let mut command = place.command(&["run", "wide.toml", "--out", "killed", "--shard", "2/3"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole.mul_f64(f64::from(round) / 36.0));
        child.kill().unwrap();
        child.wait().unwrap();
        if place.exists("killed/manifest.json") {
            let status = ok(deltalab(&place, &["status", "killed", "--json"])).json();
            assert_eq!(status["damaged"].as_array().map(Vec::len), Some(0), "{status}");
            let second = &status["shards"][1];
            let (finished, planned) = (&second["finished"], &second["planned"]);
            in_the_middle += u32::from(*finished != 0 && finished != planned);
        }
    }
    eprintln!("{in_the_middle} of 12 killed in the middle");
    for i in ["3/3", "2/3", "1/3"] {
        shard(&place, "wide.toml", "killed", i);
    }
    ok(deltalab(&place, &["collect", "killed"]));
    assert_same(&place, "killed", "whole");
}

#[test]
fn tuned_shards_share_the_trials_first_and_the_comparison_when_they_are_there() {
    let place = place_with("tuned.toml", &tuned());
    ok(deltalab(&place, &["run", "tuned.toml", "--out", "whole"]));
    let (trials, compared) = (4 * 3 * 8, 6 * 12);
    let pass = |out: &str| -> Vec<serde_json::Value> {
        (1..=4).map(|i| shard(&place, "tuned.toml", out, &format!("{i}/4"))).collect()
    };
    let sum = |shards: &[serde_json::Value], key: &str| -> u64 {
        shards.iter().map(|shard| shard[key].as_u64().unwrap()).sum()
    };
    let first = pass("shared");
    assert_eq!(sum(&first, "planned"), trials + compared);
    assert!(first[0]["waiting"] != 0, "the first shard finds trials missing: {}", first[0]);
    assert_eq!(first[3]["waiting"], 0, "the last one has them all: {}", first[3]);
    let status = ok(deltalab(&place, &["status", "shared", "--json"])).json();
    assert_eq!(status["tuning"]["finished"], trials);
    let refused = deltalab(&place, &["collect", "shared"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    let second = pass("shared");
    assert_eq!(sum(&second, "waiting"), 0);
    assert_eq!(
        sum(&first, "trained") + sum(&second, "trained"),
        trials + compared,
        "every run once"
    );
    ok(deltalab(&place, &["collect", "shared"]));
    assert_same(&place, "shared", "whole");
}

#[test]
fn another_number_of_shards_and_a_run_without_go_on_with_what_is_there() {
    let place = place_with("wide.toml", WIDE);
    ok(deltalab(&place, &["run", "wide.toml", "--out", "whole"]));
    let trained = |it: &serde_json::Value| it["trained"].as_u64().unwrap();
    let mut sum = trained(&shard(&place, "wide.toml", "mixed", "1/3"));
    sum += trained(&shard(&place, "wide.toml", "mixed", "4/5"));
    sum += trained(&shard(&place, "wide.toml", "mixed", "2/2"));
    let rest = ok(deltalab(&place, &["run", "wide.toml", "--out", "mixed", "--json"])).json();
    assert_eq!(sum + rest["report"]["trained"].as_u64().unwrap(), 200);
    assert_same(&place, "mixed", "whole");
    // and shards on a folder that one process began: seeds are added
    ok(deltalab(&place, &["run", "wide.toml", "--out", "grown", "--seeds", "15"]));
    let grown: u64 =
        (1..=2).map(|i| trained(&shard(&place, "wide.toml", "grown", &format!("{i}/2")))).sum();
    assert_eq!(grown, 5 * 25);
    ok(deltalab(&place, &["collect", "grown"]));
    assert_same(&place, "grown", "whole");
}

#[test]
fn what_is_missing_is_refused_by_name_or_taken_as_partial() {
    let place = place_with("xor.toml", XOR);
    shard(&place, "xor.toml", "out", "1/3");
    let before = place.tree();
    let refused = deltalab(&place, &["collect", "out"]);
    assert_eq!(refused.code, Some(2));
    assert_eq!(
        words(&refused.stderr),
        "error: out: 8 of 12 runs are missing: in shards: 2/3 (4 runs), 3/3 (4 runs) of: plain (4 runs), momentum (4 runs) \
         Run these shards again (deltalab run with --shard, or deltalab submit once more); --partial takes what is there."
    );
    assert_eq!(place.tree(), before, "nothing was written");
    let partial = ok(deltalab(&place, &["collect", "out", "--partial"]));
    assert!(partial.stdout.contains("partial 4/12"), "{}", partial.stdout);
    assert!(
        partial.stderr.contains("partial 4/12 runs, and the figures say so"),
        "{}",
        partial.stderr
    );
    assert_eq!(place.read("out/runs.csv").lines().count(), 1 + 4);
    assert!(place.exists("out/parts/1-of-3.journal"), "the parts are left alone");
    for i in ["2/3", "3/3"] {
        shard(&place, "xor.toml", "out", i);
    }
    ok(deltalab(&place, &["collect", "out"]));
    ok(deltalab(&place, &["run", "xor.toml", "--out", "whole"]));
    assert_same(&place, "out", "whole");
}

#[test]
fn shards_of_different_specs_do_not_share_a_folder() {
    let place = place_with("xor.toml", XOR);
    place.write("other.toml", &XOR.replace("seeds = 6", "seeds = 7"));
    shard(&place, "xor.toml", "out", "1/2");
    // as a process leaves it that is at work, or was killed
    let file = "out/parts/1-of-2.json";
    place.write(file, &place.read(file).replace("\"ended\": true", "\"ended\": false"));
    let before = place.tree();
    let refused = deltalab(&place, &["run", "other.toml", "--out", "out", "--shard", "2/2"]);
    assert_eq!(refused.code, Some(2));
    assert_eq!(
        words(&refused.stderr),
        "error: out: shard 1/2 is at work on another spec in this folder; choose another one with --out. If that shard runs \
         no more, remove out/parts/1-of-2.json: it holds no results, and its finished runs are reused"
    );
    assert_eq!(place.tree(), before, "nothing was written");
    // the same spec goes on
    shard(&place, "xor.toml", "out", "2/2");
    // another version does not
    let text = place.read(file);
    place.write(file, &text.replace(env!("CARGO_PKG_VERSION"), "0.0.1"));
    let refused = deltalab(&place, &["run", "xor.toml", "--out", "out", "--shard", "2/2"]);
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.stderr.contains("shard 1/2 is at work with version 0.0.1"),
        "{}",
        refused.stderr
    );
    // one that has ended is like any earlier run in the folder
    place.write(file, &text.replace("\"ended\": false", "\"ended\": true"));
    let more = shard(&place, "other.toml", "out", "1/1");
    assert_eq!(more["trained"], 2);
}

#[test]
fn a_shard_at_work_is_left_alone_and_seen() {
    let endless =
        XOR.replace("max_epochs = 400", "max_epochs = 20000000").replace("0.1 }", "1e-12 }");
    let place = place_with("xor.toml", &endless);
    let mut command = place.command(&["run", "xor.toml", "--out", "out", "--shard", "1/2"]);
    let mut at_work = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while !place.exists("out/manifest.json") {
        assert!(begun.elapsed().as_secs() < 60, "it never began");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let before = place.tree();
    let refused = deltalab(&place, &["run", "xor.toml", "--out", "out", "--shard", "1/2"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    let holder = format!("process {}", at_work.id());
    assert!(refused.stderr.contains(&holder), "{}", refused.stderr);
    for flags in [&[][..], &["--fresh"]] {
        let refused = deltalab(&place, &[&["run", "xor.toml", "--out", "out"], flags].concat());
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
        assert_eq!(
            refused.stderr.trim_end(),
            "error: out: shard 1/2 is at work in this folder; wait for it, or run another shard with --shard"
        );
    }
    let refused = deltalab(&place, &["collect", "out"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert_eq!(place.tree(), before, "nothing was written");
    let state = |shard: usize| {
        let status = ok(deltalab(&place, &["status", "out", "--json"])).json();
        status["shards"][shard - 1]["state"].as_str().unwrap().to_string()
    };
    assert_eq!([state(1), state(2)], ["running", "not begun"]);
    at_work.kill().unwrap();
    at_work.wait().unwrap();
    assert_eq!(state(1), "begun", "killed, or at work where nobody can tell");
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let place = place_with("xor.toml", XOR);
    place.write("thesis/chapter-1.tex", "years of work");
    for args in
        [&["run", "xor.toml", "--shard", "1/2"][..], &["submit", "xor.toml", "--on", "local"]]
    {
        let ended = deltalab(&place, &[args, &["--out", "thesis"]].concat());
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains("is not a result folder"), "{}", ended.stderr);
        assert_eq!(place.below("thesis").len(), 1);
    }
}

#[test]
fn the_shard_of_an_array_task_is_known_or_asked_for() {
    let place = place_with("xor.toml", XOR);
    let auto = ["run", "xor.toml", "--shard", "auto", "--json"];
    let clean = [
        "HQ_TASK_ID",
        "JOB_COMPLETION_INDEX",
        "SLURM_ARRAY_TASK_ID",
        "SLURM_ARRAY_TASK_MIN",
        "SLURM_ARRAY_TASK_MAX",
        "SLURM_ARRAY_TASK_COUNT",
        "PBS_ARRAY_INDEX",
        "SGE_TASK_ID",
        "DELTALAB_SHARDS",
    ]
    .map(|name| (name, ""));
    let with = |more: &[(&str, &str)]| {
        let env: Vec<_> = clean.iter().chain(more).copied().collect();
        deltalab_with(&place, &auto, &env)
    };
    let refused = with(&[]);
    assert_eq!((refused.code, place.exists("results")), (Some(2), false));
    assert!(
        refused.stderr.contains("--shard auto: this is no task of a job array"),
        "{}",
        refused.stderr
    );
    let refused = with(&[("PBS_ARRAY_INDEX", "2")]);
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.stderr.contains("set DELTALAB_SHARDS=N, or give --shard I/N"),
        "{}",
        refused.stderr
    );
    let first = ok(with(&[("PBS_ARRAY_INDEX", "2"), ("DELTALAB_SHARDS", "2")])).json();
    assert_eq!(
        (&first["shard"], &first["shards"], &first["trained"]),
        (&2.into(), &2.into(), &6.into())
    );
    let range = [
        ("SLURM_ARRAY_TASK_ID", "0"),
        ("SLURM_ARRAY_TASK_MIN", "0"),
        ("SLURM_ARRAY_TASK_MAX", "1"),
    ];
    assert_eq!(ok(with(&range)).json()["trained"], 6);
    let wrong = deltalab(&place, &["run", "xor.toml", "--shard", "3/2"]);
    assert_eq!(wrong.code, Some(2));
    assert!(
        words(&wrong.stderr).contains("I from 1 to N, such as 3/8; or auto"),
        "{}",
        wrong.stderr
    );
    let wrong = deltalab(&place, &["run", "xor.toml", "--shard", "1/2", "--fresh"]);
    assert_eq!(wrong.code, Some(2), "it would discard what other shards have finished");
}

#[test]
fn merged_folders_are_the_folder_of_the_whole() {
    let place = place_with("wide.toml", WIDE);
    ok(deltalab(&place, &["run", "wide.toml", "--out", "whole"]));
    let seeds = |first: u32, count: u32| format!("seeds={{ first = {first}, count = {count} }}");
    for (out, first, count) in [("b", 15, 20), ("a", 0, 15), ("c", 30, 10)] {
        ok(deltalab(&place, &["run", "wide.toml", "--out", out, "--set", &seeds(first, count)]));
    }
    // c shares five seeds with b, and they are the same
    let merged =
        ok(deltalab(&place, &["merge", "b", "a", "c", "--out", "whole-again", "--json"])).json();
    assert_eq!((&merged["finished"], &merged["partial"]), (&200.into(), &false.into()));
    assert_same(&place, "whole-again", "whole");
    // parts of one sharded run that were made on two disks
    shard(&place, "wide.toml", "disk-1", "1/2");
    shard(&place, "wide.toml", "disk-2", "2/2");
    ok(deltalab(&place, &["merge", "disk-1", "disk-2", "--out", "disks"]));
    assert_same(&place, "disks", "whole");
}

#[test]
fn merged_learners_stand_side_by_side() {
    let [head, plain, _] = XOR.splitn(3, "[[learner]]").collect::<Vec<_>>()[..] else { panic!() };
    let place = place_with("xor.toml", XOR);
    place.write("plain.toml", &format!("{head}[[learner]]{plain}"));
    let inline = "learner = [{ kind = \"backprop\", label = \"momentum\", learning_rate = 0.5, \
        optimiser = { kind = \"momentum\", momentum = 0.9 } }]\n";
    place.write("momentum.toml", &(inline.to_string() + head));
    for out in ["plain", "momentum", "xor"] {
        ok(deltalab(&place, &["run", &format!("{out}.toml"), "--out", out]));
    }
    ok(deltalab(&place, &["merge", "plain", "momentum", "--out", "both"]));
    for file in ["runs.csv", "curves.csv", "summary.csv", "comparisons.csv", "parts/1-of-1.journal"]
    {
        assert_eq!(
            place.read(&format!("both/{file}")),
            place.read(&format!("xor/{file}")),
            "{file}"
        );
    }
    ok(deltalab(&place, &["merge", "momentum", "plain", "--out", "the-other-way"]));
    // the merged folder is a folder like any other
    let again = ok(deltalab(&place, &["run", "both/spec.toml", "--out", "both", "--json"])).json();
    assert_eq!(again["report"]["trained"], 0);
    // other seeds too: the whole has runs that nobody has trained
    ok(deltalab(&place, &["run", "momentum.toml", "--out", "more", "--set", "seeds=[9, 4]"]));
    let refused = deltalab(&place, &["merge", "plain", "more", "--out", "some"]);
    assert_eq!(refused.code, Some(2));
    assert_eq!(
        words(&refused.stderr),
        "error: some: 6 of 14 runs are missing: of: plain (1 run), momentum (5 runs) --partial takes what is there."
    );
    assert!(!place.exists("some"));
    let partial = ok(deltalab(&place, &["merge", "plain", "more", "--out", "some", "--partial"]));
    assert!(partial.stdout.contains("partial 8/14"), "{}", partial.stdout);
    let rest = ok(deltalab(&place, &["run", "some/spec.toml", "--out", "some", "--json"])).json();
    assert_eq!(rest["report"]["trained"], 6);
}

#[test]
fn what_cannot_be_merged_is_refused_by_name() {
    let place = place_with("xor.toml", XOR);
    ok(deltalab(&place, &["run", "xor.toml", "--out", "a"]));
    let refused = |args: &[&str]| {
        let ended = deltalab(&place, &[&["merge"], args, &["--out", "new"]].concat());
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(!place.exists("new"), "nothing was written");
        words(&ended.stderr)
    };
    // a result that is another one: as of another version, or of a disk that erred
    ok(deltalab(&place, &["run", "xor.toml", "--out", "b"]));
    let journal = place.read("b/parts/1-of-1.journal");
    let line = journal.lines().nth(7).unwrap();
    let record = line[9..].replacen("\"epochs\":", "\"epochs\":1", 1);
    let changed = format!("{:08x} {record}", crc32(record.as_bytes()));
    place.write("b/parts/1-of-1.journal", &journal.replace(line, &changed));
    let cell = &record[9..21];
    assert_eq!(
        refused(&["a", "b"]),
        format!(
            "error: cell {cell}, seed 1 has two different results: a/parts/1-of-1.journal:8 and b/parts/1-of-1.journal:8"
        )
    );
    let another = |name: &str, from: &str, to: &str| {
        assert!(XOR.contains(from));
        place.write("other.toml", &XOR.replace(from, to));
        ok(deltalab(&place, &["run", "other.toml", "--out", name]));
    };
    another("c", "hidden = [4]", "hidden = [3]");
    assert_eq!(
        refused(&["a", "c"]),
        "error: a/spec.toml and c/spec.toml differ in \"network\"; merge puts seeds and learners together, and everything \
         else must be the same"
    );
    another("d", "momentum = 0.9", "momentum = 0.5");
    assert_eq!(
        refused(&["a", "d"]),
        "error: a/spec.toml and d/spec.toml both have a learner \"momentum\", with other settings; give one of them another \
         label"
    );
    ok(deltalab(&place, &["run", "xor.toml", "--out", "e"]));
    std::fs::remove_dir_all(place.path("e/parts")).unwrap();
    assert_eq!(
        refused(&["a", "e"]),
        "error: e: has no journal (parts/), and merge needs the runs whole; deltalab run makes them again"
    );
    assert_eq!(
        refused(&["a", "none"]),
        "error: none: not a result folder (it has no manifest.json)"
    );
    let ended = deltalab(&place, &["merge", "a", "d", "--out", "c"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("merge writes into a new folder only"), "{}", ended.stderr);
}

/// The checksum of the journal, bit by bit (CRC-32 of IEEE 802.3).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
    })
}

#[test]
fn submit_on_this_machine_runs_shards_and_collects() {
    let place = place_with("wide.toml", WIDE);
    place.write("tuned.toml", &tuned());
    for (spec, shards) in [("wide.toml", "3"), ("tuned.toml", "2")] {
        let whole = format!("{spec}-whole");
        ok(deltalab(&place, &["run", spec, "--out", &whole]));
        let args = ["submit", spec, "--on", "local", "--shards", shards, "--out", "my results"];
        let script = ok(deltalab(&place, &[&args[..], &["--dry-run"]].concat())).stdout;
        assert!(!place.exists("my results"), "a dry run writes nothing");
        let ended = ok(deltalab(&place, &args));
        assert_eq!(place.read("my results/submit/local.sh"), script);
        assert!(ended.stdout.contains("cells × "), "the verdict: {}", ended.stdout);
        assert_same(&place, "my results", &whole);
        let refused = deltalab(&place, &args);
        assert_eq!(refused.code, Some(2));
        assert!(
            refused.stderr.contains("all runs are finished: nothing to hand in"),
            "{}",
            refused.stderr
        );
        std::fs::remove_dir_all(place.path("my results")).unwrap();
    }
}

#[test]
fn submit_asks_for_what_it_cannot_do_without() {
    let place = place_with("xor.toml", XOR);
    let submit = |args: &[&str]| {
        let ended =
            deltalab_with(&place, &[&["submit", "xor.toml"], args].concat(), &[("PATH", "")]);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(!place.exists("results"), "nothing was written");
        words(&ended.stderr)
    };
    assert!(submit(&["--on", "slurm"]).contains("sbatch: not found; --on slurm needs a machine"));
    assert!(
        submit(&["--on", "local", "--minutes", "5"]).contains("--minutes goes with --on slurm")
    );
    assert!(submit(&["--on", "local", "--", "--mem=4G"]).contains("-- goes with --on slurm"));
    assert!(submit(&["--on", "slurm", "--", "--array=1-3"]).contains("give --shards N instead"));
    assert!(
        submit(&["--on", "slurm", "--", "-c", "many"]).contains("expected a whole number from 1")
    );
}

#[test]
fn a_dry_run_prints_the_scripts_and_writes_nothing() {
    let place = place_with("xor.toml", XOR);
    let args =
        ["submit", "xor.toml", "--on", "slurm", "--shards", "4", "--dry-run", "--", "--mem=1G"];
    let text = ok(deltalab(&place, &args)).stdout;
    for expected in [
        "#SBATCH --array=1-4\n",
        "#SBATCH --requeue\n",
        "export DELTALAB_SHARDS=4\n",
        " --shard auto --threads \"${SLURM_CPUS_PER_TASK:-1}\"\n",
        "shards=$(sbatch --parsable --mem=1G ",
        "collect=$(sbatch --parsable --mem=1G --dependency=afterany:$shards ",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    assert_eq!(place.tree().len(), 1, "the spec only");
    place.write("tuned.toml", &tuned());
    let args = ["submit", "tuned.toml", "--on", "slurm", "--dry-run", "--json"];
    let json = ok(deltalab(&place, &args)).json();
    assert_eq!(json["shards"], 1, "a short plan is one shard");
    let commands = json["commands"].as_array().unwrap();
    assert_eq!(commands.len(), 3, "tuning, comparison, collect: {commands:?}");
    assert!(commands[1].as_str().unwrap().contains("--dependency=afterany:$tuning"));
}

#[test]
fn data_files_are_found_where_the_spec_was() {
    let place = Place::new();
    let rows: String = (0..24).map(|i| format!("{},{},{}\n", i % 2, i / 2 % 2, i % 2)).collect();
    place.write("study/data.csv", &format!("a,b,t\n{rows}"));
    let spec = "name = \"table\"\nseeds = 4\n[task]\nkind = \"csv\"\nfile = \"data.csv\"\ninputs = [\"a\", \"b\"]\n\
        targets = [\"t\"]\n[network]\nhidden = [2]\n[train]\nmax_epochs = 20\n[[learner]]\nkind = \"backprop\"\n\
        learning_rate = 0.5\n";
    place.write("study/table.toml", spec);
    ok(deltalab(&place, &["run", "study/table.toml", "--out", "whole"]));
    ok(deltalab(&place, &["submit", "study/table.toml", "--on", "local", "--out", "shared"]));
    assert!(place.read("shared/submit/local.sh").contains("--data "), "the script says where");
    assert_same(&place, "shared", "whole");
    let refused = deltalab(&place, &["collect", "shared"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("--data FOLDER names another place"), "{}", refused.stderr);
}

#[test]
fn every_shard_is_shown_with_what_it_has_done() {
    let place = place_with("xor.toml", XOR);
    shard(&place, "xor.toml", "out", "2/3");
    let text = ok(deltalab(&place, &["status", "out"])).stdout;
    let line = |shard: &str| text.lines().find(|line| line.trim().starts_with(shard)).map(words);
    assert_eq!(line("1/3").as_deref(), Some("1/3 0/4 not begun"), "{text}");
    assert_eq!(line("2/3").as_deref(), Some("2/3 4/4 finished"), "{text}");
    // one that was killed in the middle
    let journal = place.read("out/parts/2-of-3.journal");
    let half: String = journal.lines().take(2).map(|line| format!("{line}\n")).collect();
    place.write("out/parts/2-of-3.journal", &half);
    let file = "out/parts/2-of-3.json";
    place.write(file, &place.read(file).replace("\"ended\": true", "\"ended\": false"));
    let shown = ok(deltalab(&place, &["status", "out", "--json"])).json();
    let second = &shown["shards"][1];
    assert_eq!((&second["finished"], &second["state"]), (&2.into(), &"begun".into()));
}
