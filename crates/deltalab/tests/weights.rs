//! Weights that a spec asks to keep: those of the runs, bit for bit, whatever the machine did.

mod support;

use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs;
use support::{Place, deltalab};

/// Runs that end in different epochs, one precision and one rule each that settles and that does not.
const SPEC: &str = r#"name = "kept"
seeds = 5
[task]
kind = "xor"
[network]
hidden = [3]
[train]
max_epochs = 40
criterion = { metric = "sse", below = 0.9 }
[record]
every = 8
[[learner]]
kind = "backprop"
learning_rate = 4.0
[[learner]]
kind = "generec"
rule = "chl"
learning_rate = 1.0
"#;

/// Every file of a folder below a name, but the manifest.
fn files(place: &Place, out: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = place.below(out);
    files.remove("manifest.json");
    files
}

fn run(place: &Place, out: &str, more: &[&str]) -> Json {
    let args = [&["run", "kept.toml", "--out", out, "--json"], more].concat();
    let ended = deltalab(place, &args);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.json()
}

/// A tensor of a file: its shape and its bytes.
fn tensor(bytes: &[u8], name: &str) -> (Vec<u64>, Vec<u8>) {
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header: Json = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    let list = |key: &str| -> Vec<u64> {
        header[name][key].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect()
    };
    let offsets = list("data_offsets");
    (list("shape"), bytes[8 + length..][offsets[0] as usize..offsets[1] as usize].to_vec())
}

/// Numbers of a trace, as bytes of a precision.
fn bytes_of(numbers: &Json, precision: &str) -> Vec<u8> {
    match numbers {
        Json::Array(list) => list.iter().flat_map(|item| bytes_of(item, precision)).collect(),
        number if precision == "f32" => (number.as_f64().unwrap() as f32).to_le_bytes().to_vec(),
        number => number.as_f64().unwrap().to_le_bytes().to_vec(),
    }
}

#[test]
fn final_weights_are_those_that_a_trace_of_the_whole_run_ends_with() {
    let place = Place::new();
    place.write("kept.toml", SPEC);
    for precision in ["f64", "f32"] {
        let set = format!("precision={precision}");
        let sets = ["--set", "record.weights=final", "--set", &set];
        run(&place, precision, &sets);
        for learner in ["backprop", "generec"] {
            for seed in 0..5_usize {
                let number = seed.to_string();
                let args = [
                    "trace",
                    "kept.toml",
                    "--cell",
                    learner,
                    "--seed",
                    &number,
                    "--updates",
                    "999",
                ];
                let ended = deltalab(&place, &[&args[..], &sets].concat());
                let trace = ended.json();
                let manifest: Json =
                    serde_json::from_slice(&place.below(precision)["manifest.json"]).unwrap();
                let cells = manifest["cells"].as_array().unwrap();
                let cell = cells.iter().find(|cell| cell["learner"] == learner).unwrap();
                let name = format!("weights/{}.safetensors", cell["id"].as_str().unwrap());
                let file = place.below(precision)[&name].clone();
                let updates = trace["updates"].as_array().unwrap();
                let epoch = &tensor(&file, "epoch").1[8 * seed..][..8];
                let last = updates.last().unwrap()["epoch"].as_u64().unwrap();
                assert_eq!(epoch, last.to_le_bytes(), "{learner}, seed {seed}");
                let kinds = [("weights", ""), ("biases", ".bias")];
                for (kind, suffix) in kinds {
                    for (name, expected) in trace["final"][kind].as_object().unwrap() {
                        let (shape, bytes) = tensor(&file, &format!("{name}{suffix}"));
                        let expected = bytes_of(expected, precision);
                        assert_eq!(shape[0], 5);
                        let moment = expected.len();
                        assert_eq!(
                            bytes[seed * moment..][..moment],
                            expected,
                            "{learner}, {seed}, {name}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn curves_of_weights_have_the_epochs_of_the_curves_and_end_in_the_final_weights() {
    let place = Place::new();
    place.write("kept.toml", SPEC);
    run(&place, "final", &["--set", "record.weights=final"]);
    run(&place, "curve", &["--set", "record.weights=curve"]);
    let (last, curve) = (files(&place, "final"), files(&place, "curve"));
    assert_eq!(last["curves.csv"], curve["curves.csv"]);
    let name = last.keys().find(|name| name.ends_with(".safetensors")).unwrap().clone();
    let whole = |bytes: &[u8]| -> Vec<u64> {
        bytes.as_chunks().0.iter().map(|&n| u64::from_le_bytes(n)).collect()
    };
    let [seeds, epochs] = ["seed", "epoch"].map(|it| whole(&tensor(&curve[&name], it).1));
    let cell = name.trim_start_matches("weights/").trim_end_matches(".safetensors");
    let text = String::from_utf8(curve["curves.csv"].clone()).unwrap();
    let rows = text.lines().filter(|line| line.starts_with(cell) && line.contains(",train_sse,"));
    let expected: Vec<Vec<u64>> = rows
        .map(|row| row.split(',').skip(1).take(2).map(|n| n.parse().unwrap()).collect())
        .collect();
    let got: Vec<Vec<u64>> = seeds.iter().zip(&epochs).map(|(&s, &e)| vec![s, e]).collect();
    assert_eq!(got, expected);
    let (shape, all) = tensor(&curve[&name], "hidden<-input");
    let moment = (shape[1] * shape[2] * 8) as usize;
    let ends = (0..seeds.len()).filter(|&n| seeds.get(n + 1) != Some(&seeds[n]));
    let ends: Vec<u8> = ends.flat_map(|n| all[n * moment..][..moment].to_vec()).collect();
    assert_eq!(ends, tensor(&last[&name], "hidden<-input").1);
}

#[test]
fn threads_growth_and_lost_parts_change_no_byte_and_nothing_else_changes() {
    let place = Place::new();
    place.write("kept.toml", SPEC);
    let kept = ["--set", "record.weights=\"curve\""];
    run(&place, "whole", &[&kept[..], &["--threads", "1"]].concat());
    let whole = files(&place, "whole");
    run(&place, "threads", &[&kept[..], &["--threads", "3"]].concat());
    assert!(whole == files(&place, "threads"), "threads");

    run(&place, "grown", &[&kept[..], &["--seeds", "2"]].concat());
    run(&place, "grown", &kept);
    assert!(whole == files(&place, "grown"), "more seeds");

    run(&place, "late", &[]);
    let before = files(&place, "late");
    let again = run(&place, "late", &kept);
    assert_eq!(again["report"]["trained"], 10, "trained again for their weights");
    assert!(whole == files(&place, "late"), "weights that were asked for later");
    for (name, bytes) in &before {
        if name != "spec.toml" {
            assert!(whole.get(name) == Some(bytes), "{name} changes when weights are kept");
        }
    }

    let lost = whole.keys().find(|name| name.ends_with(".safetensors")).unwrap();
    fs::remove_file(place.path("late").join(lost)).unwrap();
    let again = run(&place, "late", &kept);
    assert_eq!(again["report"]["trained"], 5, "one cell lost its weights");
    assert!(whole == files(&place, "late"), "weights that were lost");
    assert_eq!(run(&place, "late", &kept)["report"]["trained"], 0);
}

#[test]
fn shards_collected_and_folders_merged_have_the_weights_of_one_run() {
    let place = Place::new();
    place.write("kept.toml", SPEC);
    let kept = ["--set", "record.weights=\"curve\""];
    run(&place, "whole", &kept);
    let whole = files(&place, "whole");
    let weights: Vec<_> = whole.keys().filter(|name| name.ends_with(".safetensors")).collect();
    assert_eq!(weights.len(), 2, "a file for each cell");

    let succeeds = |args: &[&str]| {
        let ended = deltalab(&place, args);
        assert_eq!(ended.code, Some(0), "{args:?}: {}", ended.stderr);
    };
    for shard in ["2/3", "1/3", "3/3"] {
        let args = ["run", "kept.toml", "--out", "shards", "--shard", shard, "--quiet"];
        succeeds(&[&args[..], &kept].concat());
    }
    assert!(!place.exists("shards/weights"), "the parts are collected, not before");
    succeeds(&["collect", "shards"]);
    assert!(whole == files(&place, "shards"), "shards");

    for (out, seeds) in [("a", "{ first = 0, count = 2 }"), ("b", "{ first = 2, count = 3 }")] {
        run(&place, out, &[&kept[..], &["--set", &format!("seeds={seeds}")]].concat());
    }
    succeeds(&["merge", "a", "b", "--out", "merged"]);
    let merged = files(&place, "merged");
    for name in weights.into_iter().chain([&"runs.csv".to_string()]) {
        assert!(merged.get(name) == whole.get(name), "{name} of the merged folders");
    }
}
