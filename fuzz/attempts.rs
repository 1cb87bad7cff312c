//! What is tried on any bytes: by the fuzzer, and on the corpus by `crates/deltalab-lab/tests/corpus.rs`.
//!
//! None may panic, hang or take much memory, whatever it is given; and what each accepts must hold together.

#![allow(dead_code)] // each fuzz target calls one

use deltalab_core::task::{Conditioning, Task};
use deltalab_lab::{Plan, Spec, SpecText, registry};
use deltalab_results::{Folder, Journal, Runs, journal};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Tries any bytes.
pub type Attempt = fn(&[u8]);

/// Every target, by the name of its folder in the corpus.
pub const TARGETS: [(&str, Attempt); 7] = [
    ("spec", spec),
    ("set", set),
    ("stages", stages),
    ("csv", csv),
    ("idx", idx),
    ("journal", journal),
    ("folder", folder),
];

/// An empty folder of this process.
fn place() -> &'static Path {
    static PLACE: OnceLock<PathBuf> = OnceLock::new();
    PLACE.get_or_init(|| {
        let memory = Path::new("/dev/shm");
        let root = if memory.is_dir() { memory.to_path_buf() } else { std::env::temp_dir() };
        let place = root.join(format!("deltalab-fuzz-{}", std::process::id()));
        fs::create_dir_all(&place).expect("a temporary folder can be made");
        place
    })
}

/// Such a folder, made anew; no two targets share one.
fn fresh(name: &str) -> PathBuf {
    let path = place().join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("a temporary folder can be made");
    path
}

fn text(name: &str, text: &str) -> SpecText {
    SpecText { name: name.to_string(), text: text.to_string(), folder: place().join("nothing") }
}

/// Parses and plans. A mistake is told in lines that each begin with its place; what is accepted is stored as a spec that
/// plans to the same.
fn plan(spec: &SpecText, sets: &[String]) {
    let planned = |spec: &SpecText, sets: &[String]| {
        let spec = Spec::parse(spec, sets)?;
        Ok::<_, deltalab_lab::Problems>((Plan::new(&spec)?, spec))
    };
    match planned(spec, sets) {
        Err(problems) => {
            for problem in problems.iter() {
                let line = problem.to_string();
                assert!(
                    !line.contains('\n') && line.starts_with(&problem.place.to_string()),
                    "{line}"
                );
            }
        }
        Ok((plan, read)) => {
            let stored = SpecText { text: read.text.clone(), ..spec.clone() };
            let (again, _) = planned(&stored, &[])
                .unwrap_or_else(|problems| panic!("{problems}\n{}", read.text));
            assert_eq!(again.study, plan.study, "{}", read.text);
        }
    }
}

/// A spec.
pub fn spec(bytes: &[u8]) {
    if let Ok(written) = str::from_utf8(bytes) {
        plan(&text("fuzz.toml", written), &[]);
    }
}

/// `--set`, one a line.
pub fn set(bytes: &[u8]) {
    const SPEC: &str = include_str!("set.toml");
    if let Ok(lines) = str::from_utf8(bytes) {
        let sets: Vec<String> = lines.lines().take(8).map(str::to_string).collect();
        plan(&text("fuzz.toml", SPEC), &sets);
    }
}

/// Stages of conditioning, one a line.
pub fn stages(bytes: &[u8]) {
    let Ok(lines) = str::from_utf8(bytes) else { return };
    let task = Conditioning {
        stages: lines.lines().map(str::to_string).collect(),
        ..Conditioning::default()
    };
    let (complaint, (inputs, outputs)) = (task.complaint(), task.sizes());
    match (task.parse(), complaint) {
        (Err(error), complaint) => assert!(complaint.is_some(), "{error}"),
        (Ok(_), Some(_)) => {}
        (Ok(_), None) => {
            for probe in task.probes() {
                assert!(probe.cues.iter().all(|&cue| cue < inputs) && probe.outcome < outputs);
            }
            assert_eq!(task.input_names().len(), inputs);
        }
    }
}

/// A CSV file; the first byte says how it is read.
pub fn csv(bytes: &[u8]) {
    let Some((&how, bytes)) = bytes.split_first() else { return };
    let folder = fresh("csv");
    fs::write(folder.join("data.csv"), bytes).expect("a file can be written");
    let chosen = |shift: u32, from: &[&'static str]| from[usize::from(how >> shift) % from.len()];
    let params = serde_json::json!({
        "file": "data.csv",
        "targets": match how >> 6 { 0 => serde_json::json!([1]), 1 => serde_json::json!(["class"]), _ => serde_json::json!([2, 1]) },
        "target_coding": chosen(1, &["auto", "one_hot", "number"]),
        "header": how & 1 == 0,
        "separator": chosen(3, &[",", ";", "\t"]),
        "test_fraction": 0.25,
        "standardise": how & 32 != 0,
    });
    made("csv", params, &folder);
}

/// A file of images and one of labels; the first two bytes say how long the first is, the third how many are read.
pub fn idx(bytes: &[u8]) {
    let [high, low, limit, bytes @ ..] = bytes else { return };
    let folder = fresh("idx");
    let length = (usize::from(*high) << 8 | usize::from(*low)).min(bytes.len());
    let (images, labels) = bytes.split_at(length);
    fs::write(folder.join("images"), images).expect("a file can be written");
    fs::write(folder.join("labels"), labels).expect("a file can be written");
    made(
        "idx",
        serde_json::json!({ "images": "images", "labels": "labels", "limit": limit }),
        &folder,
    );
}

/// A task that reads files: what it makes has patterns of the sizes that it says, all of them numbers.
fn made(kind: &str, params: serde_json::Value, folder: &Path) {
    let entry = registry::task(kind).expect("a task of the registry");
    if let Ok(made) = (entry.make)(params, folder) {
        let sample = made.task.sample(&deltalab_core::random::Streams::new(0, 0));
        let (inputs, outputs) = made.task.sizes();
        assert_eq!(
            (sample.patterns.inputs.nrows(), sample.patterns.targets.nrows()),
            (inputs, outputs)
        );
        assert_eq!(sample.train.len(), made.task.train_patterns());
        assert!(
            sample.patterns.inputs.iter().chain(&sample.patterns.targets).all(|x| x.is_finite())
        );
    }
}

/// A journal; where the first byte says so, the others are its lines without their checksums, so that what is behind these is
/// reached. Every whole line is a record or damaged, whoever reads it, and opening the journal to go on loses none.
pub fn journal(bytes: &[u8]) {
    let Some((&how, bytes)) = bytes.split_first() else { return };
    let mut written = Vec::new();
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        if how & 1 == 1 {
            let json = line.strip_suffix(b"\n").unwrap_or(line);
            written.extend(format!("{:08x} ", crc32(json)).into_bytes());
        }
        written.extend(line);
    }
    let folder = fresh("journal");
    fs::write(folder.join("1-of-1.journal"), &written).expect("a file can be written");
    let Ok(before) = journal::load(&folder) else { return }; // two results for one run
    let lines = written.iter().filter(|&&byte| byte == b'\n').count();
    assert!(before.records.len() + before.damaged.len() <= lines);
    before.damaged.iter().for_each(|damaged| drop(damaged.to_string()));
    let (finished, unread) = journal::scan(&folder).expect("it could be read before");
    assert!(unread.len() <= before.damaged.len() && finished.len() >= before.records.len());
    drop(Journal::open(&folder, "1-of-1").expect("it can be opened"));
    let after = journal::load(&folder).expect("it could be read before");
    assert_eq!((after.records.len(), after.damaged), (before.records.len(), before.damaged));
}

/// The checksum of a journal line, bit by bit (reflected, polynomial 0xedb88320).
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| (crc >> 1) ^ (0xedb8_8320 * (crc & 1));
    let byte = |crc: u32, &byte: &u8| (0..8).fold(crc ^ u32::from(byte), |crc, _| step(crc));
    !bytes.iter().fold(!0, byte)
}

/// A file of a result folder; the first byte says which.
pub fn folder(bytes: &[u8]) {
    let Some((&which, bytes)) = bytes.split_first() else { return };
    let path = fresh("folder");
    let names = ["manifest.json", "runs.csv", "curves.csv", "traces.json"];
    let name = names[usize::from(which) % names.len()];
    if name == "curves.csv" {
        fs::write(
            path.join("runs.csv"),
            "cell,learner,seed,status,epochs,solved_epoch\na,BP,0,solved,1,1\n",
        )
        .expect("a file can be written");
    }
    fs::write(path.join(name), bytes).expect("a file can be written");
    let folder = Folder::at(&path);
    let _ = folder.read_traces();
    let _ = folder.stored();
    if let Ok(opened) = Folder::open(&path) {
        let runs = Runs::new(opened.study(), &opened.records);
        assert!(runs.finished() <= runs.planned());
    }
}
