//! Weights: the files are those of the study, whatever the parts went through.

mod fixtures;

use deltalab_results::weights::{Dtype, Index, Part, Shape, Tensor, Weights, Which, gather};
use deltalab_results::{Folder, Study};
use fixtures::{cell, study};
use std::fs;
use std::path::Path;

/// Weights of a run with as many moments as its seed says; every number tells where it belongs.
fn weights(cell: &str, seed: u64, which: Which) -> Weights {
    let epochs: Vec<u64> = (0..=seed % 3).map(|n| 10 * n + 1).collect();
    let tensor = |name: &str, extent: &[usize], first: f64| {
        let numbers: usize = extent.iter().product();
        let all = epochs.iter().flat_map(|&epoch| {
            (0..numbers).map(move |n| first + seed as f64 + epoch as f64 / 100.0 + n as f64 / 1e6)
        });
        let shape = Shape { name: name.into(), dtype: Dtype::F64, extent: extent.to_vec() };
        Tensor { shape, bytes: all.flat_map(f64::to_le_bytes).collect() }
    };
    let tensors =
        vec![tensor("hidden<-input", &[3, 2], 1000.0), tensor("hidden.bias", &[3], 2000.0)];
    Weights { cell: cell.into(), seed, which, epochs: epochs.clone(), tensors }
}

fn curves(seeds: u64) -> Study {
    let mut study = study(&[], vec![cell("aa", "BP", &[]), cell("bb", "delta", &[])], seeds);
    study.cells[0].weights = Which::Curve;
    study
}

fn appended(folder: &Folder, shard: &str, runs: &[(&str, u64)]) {
    fs::create_dir_all(folder.parts()).unwrap();
    let mut part = Part::open(&folder.parts(), shard).unwrap();
    for &(cell, seed) in runs {
        part.append(&weights(cell, seed, Which::Curve)).unwrap();
    }
}

fn file(folder: &Folder) -> Vec<u8> {
    fs::read(folder.weights().join("aa.safetensors")).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The numbers of a tensor, by a reading of the format of our own.
fn numbers(bytes: &[u8], name: &str) -> Vec<[u8; 8]> {
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    assert!(length.is_multiple_of(8));
    let header: serde_json::Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    let offset = |n: usize| header[name]["data_offsets"][n].as_u64().unwrap() as usize;
    bytes[8 + length..][offset(0)..offset(1)].as_chunks().0.to_vec()
}

#[test]
fn the_file_holds_the_moments_of_every_run_in_the_order_of_the_study() {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::at(place.path());
    appended(&folder, "1-of-1", &[("aa", 2), ("bb", 0), ("aa", 0), ("aa", 1)]);
    gather(&[&folder], &folder, &curves(3)).unwrap();
    let bytes = file(&folder);
    let whole = |name: &str| -> Vec<u64> {
        numbers(&bytes, name).into_iter().map(u64::from_le_bytes).collect()
    };
    assert_eq!(whole("seed"), [0, 1, 1, 2, 2, 2]);
    assert_eq!(whole("epoch"), [1, 1, 11, 1, 11, 21]);
    for (name, tensor) in [("hidden<-input", 0), ("hidden.bias", 1)] {
        let expected: Vec<u8> = (0..3)
            .flat_map(|seed| weights("aa", seed, Which::Curve).tensors[tensor].bytes.clone())
            .collect();
        assert_eq!(numbers(&bytes, name).concat(), expected, "{name}");
    }
    assert_eq!(names(&folder.weights()), ["aa.safetensors"]);
    assert_eq!(names(&folder.parts()), ["others.weights"], "bb keeps none: for a later spec");
}

#[test]
fn order_shards_repetitions_and_what_came_before_change_no_byte() {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| Folder::at(place.path().join(name));
    let (one, many, grown) = (at("one"), at("many"), at("grown"));
    appended(&one, "1-of-1", &[("aa", 0), ("aa", 1), ("aa", 2), ("aa", 3)]);
    gather(&[&one], &one, &curves(4)).unwrap();
    appended(&many, "2-of-2", &[("aa", 3), ("aa", 0), ("aa", 3)]);
    appended(&many, "1-of-2", &[("aa", 2), ("aa", 1)]);
    gather(&[&many], &many, &curves(4)).unwrap();
    assert_eq!(file(&one), file(&many));
    assert!(names(&many.parts()).is_empty());

    appended(&grown, "1-of-1", &[("aa", 1), ("aa", 0)]);
    gather(&[&grown], &grown, &curves(2)).unwrap();
    appended(&grown, "1-of-1", &[("aa", 3), ("aa", 2)]);
    gather(&[&grown], &grown, &curves(4)).unwrap();
    assert_eq!(file(&one), file(&grown));
    // fewer seeds, then all again: what is not asked for waits in the parts
    gather(&[&grown], &grown, &curves(1)).unwrap();
    assert_eq!(numbers(&file(&grown), "seed").len(), 1);
    assert_eq!(names(&grown.parts()), ["others.weights"]);
    gather(&[&grown], &grown, &curves(4)).unwrap();
    assert_eq!(file(&one), file(&grown));
    assert!(names(&grown.parts()).is_empty());
    // none are asked for any more
    gather(&[&grown], &grown, &study(&[], vec![cell("aa", "BP", &[])], 4)).unwrap();
    assert!(!grown.weights().exists());
    gather(&[&grown], &grown, &curves(4)).unwrap();
    assert_eq!(file(&one), file(&grown));
}

#[test]
fn weights_of_another_kind_are_not_those_that_are_asked_for() {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::at(place.path());
    appended(&folder, "1-of-1", &[("aa", 0)]);
    for index in [Index::of(&[&folder]).unwrap(), {
        gather(&[&folder], &folder, &curves(1)).unwrap();
        Index::of(&[&folder]).unwrap()
    }] {
        assert!(index.has("aa", 0, Which::Curve));
        assert!(!index.has("aa", 0, Which::Final) && !index.has("aa", 1, Which::Curve));
    }
    let mut finals = curves(1);
    finals.cells[0].weights = Which::Final;
    gather(&[&folder], &folder, &finals).unwrap();
    assert!(!folder.weights().exists(), "no file of what is not there");
    gather(&[&folder], &folder, &curves(1)).unwrap();
    assert_eq!(numbers(&file(&folder), "seed").len(), 1, "nothing was lost");
}

#[test]
fn a_damaged_run_is_missing_and_its_neighbours_are_not() {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::at(place.path());
    appended(&folder, "1-of-1", &[("aa", 0), ("aa", 1), ("aa", 2)]);
    let path = folder.parts().join("1-of-1.weights");
    let whole = fs::read(&path).unwrap();
    let mut starts: Vec<usize> =
        (0..whole.len()).filter(|&at| whole[at..].starts_with(b"dlweight")).collect();
    starts.push(whole.len());
    for at in 0..whole.len() {
        let hit = starts.iter().rposition(|&start| start <= at).unwrap() as u64;
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(&path, bytes).unwrap();
        let index = Index::of(&[&folder]).unwrap();
        for seed in 0..3 {
            assert_eq!(index.has("aa", seed, Which::Curve), seed != hit, "byte {at}, seed {seed}");
        }
        // the last frame is as good as torn, which is no damage: its run had not ended
        assert_eq!(index.damaged.len(), usize::from(hit < 2), "byte {at}");
    }
}

#[test]
fn whatever_length_a_part_is_cut_to_the_whole_frames_before_stay() {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::at(place.path());
    appended(&folder, "1-of-1", &[("aa", 0), ("aa", 1)]);
    let path = folder.parts().join("1-of-1.weights");
    let whole = fs::read(&path).unwrap();
    let second = (1..whole.len()).find(|&at| whole[at..].starts_with(b"dlweight")).unwrap();
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        let mut part = Part::open(&folder.parts(), "1-of-1").unwrap();
        let kept = if length < second { 0 } else { second };
        assert_eq!(fs::metadata(&path).unwrap().len(), kept as u64, "cut to {length}");
        if length < second {
            part.append(&weights("aa", 0, Which::Curve)).unwrap();
        }
        part.append(&weights("aa", 1, Which::Curve)).unwrap();
        assert_eq!(fs::read(&path).unwrap(), whole, "cut to {length}");
    }
}
