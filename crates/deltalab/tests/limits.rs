//! What asks for too much is refused with its size, before memory or time are spent on it; unless `allow_large` says that it
//! is meant.

#![cfg(target_os = "linux")] // `ulimit -v` holds the whole process to a size there

mod support;

use std::time::{Duration, Instant};
use support::{Ended, Place};

/// Memory in which everything must be refused, in KiB: 512 MiB, of addresses even.
const MEMORY: &str = "524288";
/// Time in which everything must be refused; hundreds of times what it takes, since other tests run beside this one.
const TIME: Duration = Duration::from_secs(60);

const SPEC: &str = r#"name = "large"
seeds = 2
[task]
kind = "xor"
[network]
hidden = [4]
[train]
max_epochs = 100
[record]
every = 10
[[learner]]
kind = "backprop"
learning_rate = 0.5
"#;

/// A spec with some lines in place of others.
fn spec(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(SPEC.to_string(), |spec, (old, new)| {
        assert!(spec.contains(old), "{old}");
        spec.replacen(old, new, 1)
    })
}

fn numbers(count: usize) -> String {
    (1..=count).map(|n| n.to_string()).collect::<Vec<_>>().join(", ")
}

/// The program in so much memory.
fn held(place: &Place, args: &[&str]) -> Ended {
    let program = place.command(&[]).get_program().to_owned();
    let script = format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\"");
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &script]).arg(program).args(args).current_dir(place.path(""));
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Check and run refuse the spec with these words, in one line and with exit status 2, and write nothing.
fn refused(spec: &str, words: &[&str]) {
    let place = Place::new();
    place.write("large.toml", spec);
    for command in ["check", "run"] {
        let begun = Instant::now();
        let ended = held(&place, &[command, "large.toml"]);
        assert!(begun.elapsed() < TIME, "{command}: {:?} for {words:?}", begun.elapsed());
        assert_eq!(ended.code, Some(2), "{command}: {words:?}: {}", ended.stderr);
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
        for word in words {
            assert!(ended.stderr.contains(word), "{command}: no {word:?} in {}", ended.stderr);
        }
        assert_eq!(place.tree().len(), 1, "{command} wrote something");
    }
}

const MEANT: &str = "set allow_large = true if that is meant";

#[test]
fn a_million_million_runs() {
    refused(&spec(&[("seeds = 2", "seeds = 1000000000000")]), &["seeds", "1000000000000"]);
    let grid =
        format!("[grid]\nmaster_seed = [{0}]\n\"train.max_epochs\" = [{0}]\n", numbers(1000));
    let spec = spec(&[("seeds = 2", "seeds = 1000000")]) + &grid;
    refused(&spec, &["1000000 cells with 1000000 seeds are 1000000000000 runs", MEANT]);
}

#[test]
fn more_cells_than_memory_has_room_for() {
    let grid = format!(
        "[grid]\nmaster_seed = [{}]\n\"train.max_epochs\" = [{}]\n",
        numbers(300),
        numbers(100)
    );
    refused(&(spec(&[]) + &grid), &["30000 cells", "more than 20000", MEANT]);
}

#[test]
fn a_grid_of_a_hundred_thousand_values_is_counted_at_once() {
    let grid = format!("[grid]\nmaster_seed = [{}]\n", numbers(100_000));
    refused(&(spec(&[]) + &grid), &["100000 cells", MEANT]);
}

#[test]
fn a_thousand_million_weights() {
    let hidden = |hidden: &str| spec(&[("hidden = [4]", hidden)]);
    refused(&hidden("hidden = [30000, 33333]"), &["network.hidden", "1000083333 weights", MEANT]);
    refused(
        &hidden("hidden = [31623]\nconnectivity = \"recurrent\""),
        &["network.hidden", " weights", MEANT],
    );
    refused(&hidden("hidden = [1000000, 1000000, 1000000]"), &["2000003000000 weights", MEANT]);
    let layers = format!("shortcuts = true\nhidden = [{}]", ["1"; 20_000].join(", "));
    refused(&hidden(&layers), &["20000 hidden layers", MEANT]);
}

#[test]
fn tasks_that_no_machine_holds() {
    let task = |task: &str| spec(&[("kind = \"xor\"", task)]);
    refused(&task("kind = \"encoder\"\nunits = 1000000"), &["task.units", "1000000"]);
    refused(&task("kind = \"parity\"\nbits = 40"), &["task.bits", "40"]);
    refused(&task("kind = \"teacher\"\npatterns = 1000000000"), &["task.patterns", "1000000000"]);
    refused(
        &task("kind = \"teacher\"\ninputs = 4096\npatterns = 1000000"),
        &["task", "1000000 patterns of 4096 inputs and 10 outputs are 4106000000 numbers", MEANT],
    );
    let conditioning = spec(&[
        ("kind = \"xor\"", "kind = \"conditioning\"\nstages = [\"1000000000000 A+\"]"),
        ("[network]\nhidden = [4]\n", ""),
        ("max_epochs = 100", "max_epochs = 1"),
    ]);
    refused(&conditioning, &["task.stages", "at most 10000000 trials"]);
}

#[test]
fn curves_of_a_thousand_million_points() {
    let train = |epochs: &str, every: &str| {
        spec(&[
            ("max_epochs = 100", &format!("max_epochs = {epochs}")),
            ("every = 10", &format!("every = {every}")),
        ])
    };
    refused(&train("1000000000", "1"), &["record.every", "1000000002 points", MEANT]);
    let many = train("1000000", "100").replace("seeds = 2", "seeds = 1000000");
    refused(&many, &["numbers; record.every makes them fewer, more than 1000000000", MEANT]);
}

#[test]
fn what_is_meant_is_not_refused() {
    let place = Place::new();
    let layers = format!("hidden = [{}]", ["1"; 1001].join(", "));
    let large = spec(&[
        ("hidden = [4]", &layers),
        ("max_epochs = 100", "max_epochs = 20000000"),
        ("every = 10", "every = 1"),
    ]);
    place.write("large.toml", &large);
    let refused = support::deltalab(&place, &["check", "large.toml"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    let meant = support::deltalab(&place, &["check", "large.toml", "--set", "allow_large=true"]);
    assert_eq!(meant.code, Some(0), "{}", meant.stderr);
}

/// Each distinct cell of a column of text is a unit: a column of identifiers would be the square of the file.
#[test]
fn a_column_of_a_hundred_thousand_classes() {
    let place = Place::new();
    let rows: String = (0..100_000).map(|n| format!("{n},name {n}\n")).collect();
    place.write("data.csv", &format!("x,name\n{rows}"));
    place.write(
        "large.toml",
        &spec(&[("kind = \"xor\"", "kind = \"csv\"\nfile = \"data.csv\"\ntargets = [\"name\"]")]),
    );
    let ended = held(&place, &["check", "large.toml"]);
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("100000 classes"), "{}", ended.stderr);
}

#[test]
fn a_path_of_ten_thousand_keys_is_no_path() {
    let place = Place::new();
    place.write("large.toml", SPEC);
    let path = vec!["a"; 10_000].join(".");
    for args in
        [&["check", "large.toml", "--set", &format!("{path}=1")][..], &["check", "deep.toml"]]
    {
        place.write("deep.toml", &format!("{path} = 1\n{SPEC}"));
        let ended = held(&place, args);
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    }
}

/// A data file that never ends.
#[test]
fn a_device_is_no_data_file() {
    let place = Place::new();
    for (key, spec) in [
        (
            "task.file",
            spec(&[("kind = \"xor\"", "kind = \"csv\"\nfile = \"/dev/zero\"\ntargets = [1]")]),
        ),
        ("base", format!("base = \"/dev/zero\"\n{SPEC}")),
    ] {
        place.write("large.toml", &spec);
        let ended = held(&place, &["check", "large.toml"]);
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(
            ended.stderr.contains(key) && ended.stderr.contains("not a file"),
            "{}",
            ended.stderr
        );
    }
}
