//! Nothing that was appended is lost, nothing is doubled, and what is damaged is found.

mod fixtures;

use std::fs;
use std::path::Path;

use deltalab_results::journal::{Damage, compact, in_order, load, scan};
use deltalab_results::{Error, Journal, Record, Series, Status, Study};
use fixtures::{cell, diverged, solved, study, unsolved};
use proptest::prelude::*;

fn write(parts: &Path, shard: &str, records: &[Record]) {
    let mut journal = Journal::open(parts, shard).unwrap();
    records.iter().for_each(|record| journal.append(record).unwrap());
}

/// NaN is not equal to itself; the text of two records is.
fn text(records: &[Record]) -> String {
    serde_json::to_string(records).unwrap()
}

fn two_by_three() -> (Study, Vec<Record>) {
    let study = study(&[], vec![cell("b", "BP", &[]), cell("a", "delta", &[])], 3);
    let records = vec![
        solved("b", 0, 212),
        diverged("b", 1, 17),
        solved("b", 2, 208),
        unsolved("a", 0),
        unsolved("a", 1),
        solved("a", 2, 900),
    ];
    (study, records)
}

fn any_record() -> impl Strategy<Value = Record> {
    let number = || prop_oneof![any::<u64>().prop_map(f64::from_bits), Just(-0.0), Just(f64::NAN)];
    let status = prop_oneof![Just(Status::Solved), Just(Status::Unsolved), Just(Status::Diverged)];
    let curves = prop::collection::vec(
        (".{0,8}", prop::collection::vec((any::<u64>(), number()), 0..5)),
        0..3,
    );
    let finals = prop::collection::vec((".{0,12}", number()), 0..4);
    let counts = (any::<u64>(), any::<u64>(), any::<Option<u64>>(), any::<u64>());
    (".{0,12}", status, counts, finals, curves).prop_map(
        |(cell, status, counts, finals, curves)| {
            let (seed, epochs, solved_epoch, pattern_updates) = counts;
            let curves = curves.into_iter().map(|(metric, points)| {
                let (epochs, values) = points.into_iter().unzip();
                Series { metric, epochs, values }
            });
            let curves = curves.collect();
            Record { cell, seed, status, epochs, solved_epoch, finals, curves, pattern_updates }
        },
    )
}

fn bits(record: &Record) -> Vec<u64> {
    let finals = record.finals.iter().map(|&(_, value)| value);
    let curves = record.curves.iter().flat_map(|series| series.values.iter().copied());
    // one NaN for all: JSON's has no payload
    finals.chain(curves).map(|v| if v.is_nan() { f64::NAN } else { v }.to_bits()).collect()
}

proptest! {
    #[test]
    fn every_record_reads_back_bit_for_bit(record in any_record()) {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "all", std::slice::from_ref(&record));
        let loaded = load(folder.path()).unwrap();
        prop_assert_eq!(loaded.damaged, []);
        prop_assert_eq!(bits(&loaded.records[0]), bits(&record));
        prop_assert_eq!(text(&loaded.records), text(&[record]));
    }
}

#[test]
fn a_journal_cut_at_any_byte_keeps_every_whole_line_and_goes_on() {
    let (_, records) = two_by_three();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "all", &records[..2]);
    let path = folder.path().join("all.journal");
    let bytes = fs::read(&path).unwrap();
    let first_line = bytes.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    for length in 0..=bytes.len() {
        fs::write(&path, &bytes[..length]).unwrap();
        let whole = usize::from(length >= first_line) + usize::from(length == bytes.len());
        let loaded = load(folder.path()).unwrap();
        assert_eq!(text(&loaded.records), text(&records[..whole]), "cut at {length}");
        assert_eq!(loaded.damaged, [], "cut at {length}: a torn tail is no damage");
        write(folder.path(), "all", &records[2..]);
        let loaded = load(folder.path()).unwrap();
        let expected = [&records[..whole], &records[2..]].concat();
        assert_eq!(text(&loaded.records), text(&expected), "cut at {length}, then gone on");
        assert_eq!(loaded.damaged, [], "cut at {length}, then gone on");
    }
}

#[test]
fn a_long_torn_tail_is_cut_too() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "all", &[solved("a", 0, 5)]);
    let path = folder.path().join("all.journal");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, [whole.clone(), vec![b'x'; 10_000]].concat()).unwrap();
    drop(Journal::open(folder.path(), "all").unwrap());
    assert_eq!(fs::read(&path).unwrap(), whole);
}

#[test]
fn every_flipped_bit_is_found() {
    let (_, records) = two_by_three();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "all", &records[..3]);
    let path = folder.path().join("all.journal");
    let bytes = fs::read(&path).unwrap();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
    let second = lines[0].len()..lines[0].len() + lines[1].len();
    for at in second.clone() {
        for bit in 0..8 {
            let mut bytes = bytes.clone();
            bytes[at] ^= 1 << bit;
            fs::write(&path, &bytes).unwrap();
            let loaded = load(folder.path()).unwrap();
            // a flipped line feed joins the line to the next, and takes that with it
            let kept = if at + 1 == second.end { vec![0] } else { vec![0, 2] };
            let kept: Vec<Record> = kept.into_iter().map(|i| records[i].clone()).collect();
            assert_eq!(text(&loaded.records), text(&kept), "byte {at}, bit {bit}");
            assert!(!loaded.damaged.is_empty(), "byte {at}, bit {bit}");
            assert!(loaded.damaged.iter().all(|damaged| damaged.at.file == path));
            assert_eq!(loaded.damaged[0].at.line, 2, "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn damage_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.journal");
    let good = |json: &str| format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes()));
    let text = format!("no journal\n00000000 {{}}\n{}+0000000 {{}}\n", good(r#"{"cell":"a"}"#));
    fs::write(&path, text).unwrap();
    let damaged = load(folder.path()).unwrap().damaged;
    let found = crc32fast::hash(b"{}");
    assert_eq!(damaged[0].why, Damage::Form);
    assert_eq!(damaged[1].why, Damage::Checksum { given: 0, found });
    assert!(matches!(&damaged[2].why, Damage::Record { reason } if reason.contains("seed")));
    assert_eq!(damaged[3].why, Damage::Form, "a sign is no hexadecimal digit");
    let shown = damaged[1].to_string();
    assert!(shown.contains("all.journal:2: damaged: its checksum is"), "{shown}");
}

#[test]
fn half_a_record_is_damaged_for_whoever_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let json = r#"{"cell":"a","seed":0,"status":"solved"}"#; // its checksum holds: another version wrote it
    let line = format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes()));
    fs::write(folder.path().join("all.journal"), line).unwrap();
    let (finished, damaged) = scan(folder.path()).unwrap();
    assert_eq!((finished.len(), damaged), (0, load(folder.path()).unwrap().damaged));
}

#[test]
fn the_same_result_twice_is_one_run_and_two_results_are_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let diverged = diverged("a", 3, 17); // holds a NaN, which is not equal to itself
    write(folder.path(), "0-of-2", &[diverged.clone(), solved("a", 4, 9)]);
    write(folder.path(), "1-of-2", &[diverged]);
    assert_eq!(load(folder.path()).unwrap().records.len(), 2);
    write(folder.path(), "1-of-2", &[solved("a", 4, 10)]);
    let error = load(folder.path()).unwrap_err();
    let Error::Conflict { cell, seed, first, second } = &error else { panic!("{error}") };
    assert_eq!((cell.as_str(), *seed, first.line, second.line), ("a", 4, 2, 2));
    assert!(first.file.ends_with("0-of-2.journal") && second.file.ends_with("1-of-2.journal"));
}

#[test]
fn compact_bytes_do_not_depend_on_order_shards_or_a_death_on_the_way() {
    let (study, records) = two_by_three();
    let compacted = |fill: &dyn Fn(&Path)| {
        let folder = tempfile::tempdir().unwrap();
        fill(folder.path());
        let loaded = compact(folder.path(), "all", &study).unwrap();
        let bare = |record: &Record| Record { curves: Vec::new(), ..record.clone() };
        let bare: Vec<Record> = records.iter().map(bare).collect();
        assert_eq!(text(&loaded.records), text(&bare), "without curves");
        let journal = Journal::open(folder.path(), "all").unwrap();
        let read: Vec<Record> = journal.read().unwrap().map(|run| run.unwrap()).collect();
        assert_eq!(text(&read), text(&records), "with curves, one by one");
        drop(journal);
        let names: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, ["all.journal"]);
        fs::read(folder.path().join("all.journal")).unwrap()
    };
    let straight = compacted(&|parts| write(parts, "all", &records));
    let reversed: Vec<Record> = records.iter().rev().cloned().collect();
    assert_eq!(straight, compacted(&|parts| write(parts, "all", &reversed)));
    assert_eq!(
        straight,
        compacted(&|parts| {
            write(parts, "0-of-2", &reversed[..4]);
            write(parts, "1-of-2", &reversed[4..]);
        })
    );
    // killed while the temporary file was written, and between the renaming and the removal of the others
    assert_eq!(
        straight,
        compacted(&|parts| {
            write(parts, "1-of-2", &records);
            fs::write(parts.join(".all.journal.tmp"), &straight[..straight.len() / 2]).unwrap();
        })
    );
    assert_eq!(
        straight,
        compacted(&|parts| {
            fs::write(parts.join("all.journal"), &straight).unwrap();
            write(parts, "0-of-2", &records[..4]);
        })
    );
}

#[test]
fn runs_of_another_study_are_kept_behind() {
    let (study, mut records) = two_by_three();
    let others = [solved("a", 7, 5), solved("b", 9, 6), solved("c", 0, 7)];
    records.extend(others.clone());
    records.reverse();
    let ordered = in_order(records, &study);
    assert_eq!(text(&ordered[6..]), text(&others));
}

#[test]
fn a_journal_is_open_once() {
    let folder = tempfile::tempdir().unwrap();
    let (study, _) = two_by_three();
    let journal = Journal::open(folder.path(), "all").unwrap();
    assert!(matches!(Journal::open(folder.path(), "all"), Err(Error::InUse { .. })));
    assert!(matches!(compact(folder.path(), "all", &study), Err(Error::InUse { .. })));
    drop(Journal::open(folder.path(), "another").unwrap());
    drop(journal);
    compact(folder.path(), "all", &study).unwrap();
}

#[test]
fn a_journal_goes_on_after_it_was_rewritten_and_lets_nobody_in_meanwhile() {
    let (study, records) = two_by_three();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "0-of-2", &records[..2]);
    let mut journal = Journal::open(folder.path(), "1-of-2").unwrap();
    journal.append(&records[2]).unwrap();
    assert_eq!(journal.compact(&study).unwrap().records.len(), 3);
    assert!(matches!(Journal::open(folder.path(), "1-of-2"), Err(Error::InUse { .. })));
    records[3..].iter().for_each(|record| journal.append(record).unwrap());
    let names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(!names.contains(&"0-of-2.journal".into()), "{names:?}");
    assert_eq!(text(&load(folder.path()).unwrap().records), text(&records));
}

#[test]
fn discarding_takes_every_journal_or_none() {
    let (_, records) = two_by_three();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "0-of-3", &records[..2]);
    let mut journal = Journal::open(folder.path(), "1-of-3").unwrap();
    journal.append(&records[2]).unwrap();
    let other = Journal::open(folder.path(), "2-of-3").unwrap();
    assert!(
        matches!(journal.discard(), Err(Error::InUse { path, .. }) if path.ends_with("2-of-3.journal"))
    );
    assert_eq!(load(folder.path()).unwrap().records.len(), 3);
    drop(other);
    journal.discard().unwrap();
    assert_eq!(load(folder.path()).unwrap().records, []);
    journal.append(&records[3]).unwrap();
    assert_eq!(load(folder.path()).unwrap().records, records[3..4]);
}

/// A reader that comes while the journals are rewritten, over and over, sees every run.
#[test]
fn reading_while_journals_are_rewritten_misses_nothing() {
    let (study, records) = two_by_three();
    let folder = tempfile::tempdir().unwrap();
    let parts = folder.path();
    write(parts, "1-of-1", &records);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for round in 0..200 {
                // by turns into the one and the other, so that each time a file appears and one goes
                compact(parts, ["all", "1-of-1"][round % 2], &study).unwrap();
            }
        });
        let mut read = 0;
        while !writer.is_finished() || read == 0 {
            assert_eq!(text(&load(parts).unwrap().records), text(&records), "reading {read}");
            read += 1;
        }
    });
}

#[test]
fn a_folder_that_is_not_there_holds_no_runs() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(load(&folder.path().join("parts")).unwrap().records, []);
}

/// The folder that the process to be killed writes to.
const KILLED: &str = "DELTALAB_TEST_KILLED";

#[test]
#[ignore = "the process that the next test starts and kills"]
fn appends_until_it_is_killed() {
    let Some(parts) = std::env::var_os(KILLED) else { return };
    let mut journal = Journal::open(Path::new(&parts), "all").unwrap();
    let first = load(Path::new(&parts)).unwrap().records.len() as u64;
    for seed in first.. {
        journal.append(&solved("a", seed, seed)).unwrap();
        println!("\n{seed}");
    }
}

#[cfg(unix)]
#[test]
fn a_process_killed_at_any_instant_loses_and_doubles_nothing() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    let folder = tempfile::tempdir().unwrap();
    let mut last = None;
    for round in 1..=10 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "appends_until_it_is_killed", "--ignored", "--nocapture"])
            .env(KILLED, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut reported = lines.map_while(Result::ok).filter_map(|line| line.parse::<u64>().ok());
        last = reported.nth(37 * round).or(last);
        child.kill().unwrap();
        last = reported.last().or(last);
        child.wait().unwrap();
        let loaded = load(folder.path()).unwrap();
        let seeds: Vec<u64> = loaded.records.iter().map(|record| record.seed).collect();
        assert!(seeds.len() as u64 > last.unwrap(), "round {round}: what was reported is there");
        assert!(
            seeds.iter().copied().eq(0..seeds.len() as u64),
            "round {round}: in order, each once"
        );
        assert_eq!(loaded.damaged, []);
    }
    assert!(last.unwrap() > 370);
}
