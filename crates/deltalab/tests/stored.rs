//! Stored results, looked at again: `verify`, `compare`, `report`.

mod support;

use support::{Place, XOR, deltalab};

/// A tuned spec: two learners, three rates.
const TUNED: &str = r#"name = "tuned"
seeds = 5
[task]
kind = "xor"
[network]
hidden = [4]
[train]
max_epochs = 300
criterion = { metric = "sse", below = 0.1 }
[[learner]]
kind = "backprop"
[[learner]]
kind = "backprop"
label = "momentum"
optimiser = "momentum"
[tune]
seeds = { first = 1000, count = 4 }
space = { learning_rate = [0.5, 2.0, 8.0] }
select = "mean_epochs"
"#;

fn stored(spec: &str, name: &str) -> Place {
    let place = Place::new();
    place.write("spec.toml", spec);
    let ended = deltalab(&place, &["run", "spec.toml", "--out", name, "--quiet"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    place
}

/// As committed results are: without journal and manifest.
fn without_journal(place: &Place, folder: &str) {
    std::fs::remove_dir_all(place.path(folder).join("parts")).unwrap();
    std::fs::remove_file(place.path(folder).join("manifest.json")).unwrap();
}

/// Replaces text in a file; it must be there.
fn change(place: &Place, file: &str, old: &str, new: &str) {
    let text = place.read(file);
    assert!(text.contains(old), "{file} has {old}");
    place.write(file, &text.replacen(old, new, 1));
}

#[test]
fn stored_runs_agree_bit_by_bit_from_journal_and_from_tables() {
    let place = stored(XOR, "r");
    let before = place.tree();
    let ended = deltalab(&place, &["verify", "r"]);
    insta::assert_snapshot!(ended.stdout, @"xor: all 12 runs trained again and compared with parts/: every bit agrees.");
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let ended = deltalab(&place, &["verify", "r", "--sample", "5", "--threads", "1"]);
    insta::assert_snapshot!(ended.stdout, @"xor: 5 of 12 runs trained again and compared with parts/: every bit agrees.");
    assert_eq!(place.tree(), before, "nothing is written");

    without_journal(&place, "r");
    let ended = deltalab(&place, &["verify", "r"]);
    insta::assert_snapshot!(ended.stdout, @"xor: all 12 runs trained again and compared with runs.csv and curves.csv: every bit agrees.");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    std::fs::remove_file(place.path("r/curves.csv")).unwrap();
    let ended = deltalab(&place, &["verify", "r"]);
    insta::assert_snapshot!(ended.stdout, @r"
    xor: all 12 runs trained again and compared with runs.csv: every bit agrees.
    Curves were not compared: the folder has neither parts/ nor curves.csv.
    ");
    let json = deltalab(&place, &["verify", "r", "--json"]).json();
    assert_eq!((&json["agrees"], &json["trained"]), (&true.into(), &12.into()));
}

#[test]
fn a_changed_number_is_found_by_cell_seed_and_column() {
    let place = stored(XOR, "r");
    without_journal(&place, "r");
    let row = place.read("r/runs.csv").lines().nth(3).unwrap().to_string();
    let (rest, sse) = row.rsplit_once(',').unwrap();
    let value: f64 = sse.parse().unwrap();
    let next = format!("{rest},{:?}", f64::from_bits(value.to_bits() + 1));
    change(&place, "r/runs.csv", &row, &next);
    let ended = deltalab(&place, &["verify", "r"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), ""));
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert!(lines[0].ends_with("1 is different."), "{}", lines[0]);
    assert!(lines[2].starts_with("  plain ["), "{}", lines[2]);
    let found = format!(
        "], seed 2, train_sse: stored {:?}, found {sse}",
        f64::from_bits(value.to_bits() + 1)
    );
    assert!(lines[2].ends_with(&found), "{} has not {found}", lines[2]);
    // one bit of one run moves the mean difference of six, and not their mean
    assert!(lines.contains(&"comparisons.csv is not what the stored runs give."), "{lines:?}");

    let point = place.read("r/curves.csv").lines().nth(5).unwrap().to_string();
    let (rest, _) = point.rsplit_once(',').unwrap();
    change(&place, "r/curves.csv", &point, &format!("{rest},0.25"));
    let json = deltalab(&place, &["verify", "r", "--json"]).json();
    assert_eq!(json["differing"], 2);
    assert_eq!(json["differences"][0]["stored"], "0.25");
    let column = json["differences"][0]["column"].as_str().unwrap();
    assert!(column.starts_with("train_sse at epoch "), "{column}");
}

#[test]
fn a_table_that_the_journal_does_not_give_is_named() {
    let place = stored(XOR, "r");
    change(&place, "r/summary.csv", ",6,", ",5,");
    let ended = deltalab(&place, &["verify", "r"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stdout.contains("every bit agrees"), "the runs do: {}", ended.stdout);
    assert!(
        ended.stdout.contains("summary.csv is not what the stored runs give."),
        "{}",
        ended.stdout
    );
}

#[test]
fn the_trials_of_a_tuning_are_trained_again_where_their_runs_are_there() {
    let place = stored(TUNED, "r");
    let ended = deltalab(&place, &["verify", "r"]);
    insta::assert_snapshot!(ended.stdout, @r"
    tuned: all 34 runs trained again and compared with parts/: every bit agrees.
    The runs of the tuning are among them (6 trials).
    ");
    without_journal(&place, "r");
    let ended = deltalab(&place, &["verify", "r"]);
    insta::assert_snapshot!(ended.stdout, @r"
    tuned: all 10 runs trained again and compared with runs.csv and curves.csv: every bit agrees.
    The runs of the tuning were not compared: the folder has no parts/, and tuning.csv holds no single
      run.
    ");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

#[test]
fn a_spec_that_no_longer_gives_the_cells_is_refused() {
    let place = stored(XOR, "r");
    change(&place, "r/spec.toml", "learning_rate = 0.5", "learning_rate = 0.25");
    let ended = deltalab(&place, &["verify", "r"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert!(
        ended.stderr.starts_with("error: r/spec.toml: no longer gives 1 cell of the folder: "),
        "{}",
        ended.stderr
    );
    assert!(ended.stderr.contains("(plain)"), "{}", ended.stderr);
}

#[test]
fn the_same_folder_is_identical_and_a_change_of_settings_is_judged_by_seed() {
    let place = stored(XOR, "a");
    let ended = deltalab(&place, &["compare", "a", "a"]);
    insta::assert_snapshot!(ended.stdout, @r"
    a and a: 2 cells in both, 12 runs in pairs: every bit is the same.

    cell      pairs  identical  differ  settings
    plain         6          6       0  the same
    momentum      6          6       0  the same
    ");
    let args = [
        "run",
        "spec.toml",
        "--out",
        "b",
        "--quiet",
        "--seeds",
        "9",
        "--set",
        "train.max_epochs=250",
    ];
    assert_eq!(deltalab(&place, &args).code, Some(0));
    let ended = deltalab(&place, &["compare", "a", "b"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ended.stdout, @r"
    a and b: 2 cells in both, 12 runs in pairs: 5 identical, 7 differ.

    cell      pairs  identical  differ  settings
    plain         6          0       6  changed
    momentum      6          5       1  changed

    Changed: train.max_epochs 400 → 250

    Neither plain in a nor plain in b was solved on any of 6 seeds.
    No difference in train_sse that 6 seeds can show: plain in a ends lower on 6, plain in b on 0,
      mean difference -0.00398 (95 % interval -0.00779 to -0.00146; p = 0.188 after Holm).
    No difference in speed: on each of 6 seeds neither momentum in a nor momentum in b is solved
      sooner (difference 0, p = 1 after Holm).
    ");
    // twice the learning rate, on seeds enough
    let args = |out: &'static str, set: &'static str| {
        ["run", "spec.toml", "--out", out, "--quiet", "--seeds", "40", "--set", set]
    };
    assert_eq!(deltalab(&place, &args("d", "learner.learning_rate=0.5")).code, Some(0));
    assert_eq!(deltalab(&place, &args("c", "learner.learning_rate=1.0")).code, Some(0));
    let ended = deltalab(&place, &["compare", "d", "c"]);
    let expected = "momentum in c is solved sooner than momentum in d: on 39 of 40 seeds";
    assert!(support::words(&ended.stdout).contains(expected), "{}", ended.stdout);
    let json = deltalab(&place, &["compare", "a", "b", "--json"]).json();
    assert_eq!(json["seeds"].as_array().unwrap().len(), 6);
    assert_eq!(json["cells"][0]["settings"][0]["key"], "train.max_epochs");
    assert_eq!(json["cells"][0]["comparisons"][0]["n"], 6);
}

#[test]
fn folders_without_a_common_seed_or_cell_are_refused() {
    let place = stored(XOR, "a");
    let run = |out: &str, set: &str| {
        let args = ["run", "spec.toml", "--out", out, "--quiet", "--set", set];
        assert_eq!(deltalab(&place, &args).code, Some(0));
    };
    run("b", "seeds={ first = 50, count = 3 }");
    let ended = deltalab(&place, &["compare", "a", "b"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    insta::assert_snapshot!(ended.stderr, @"error: a and b have no finished runs on the same seeds (0–5; 50–52), so they cannot be compared in pairs; run one of them on the seeds of the other");
    place.write(
        "other.toml",
        &XOR.replace("plain", "p")
            .replace("\"momentum\"\nlearning", "\"m\"\nlearning")
            .replace("0.5", "0.3"),
    );
    let ended = deltalab(&place, &["run", "other.toml", "--out", "c", "--quiet"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let ended = deltalab(&place, &["compare", "a", "c"]);
    assert_eq!(ended.code, Some(2));
    insta::assert_snapshot!(ended.stderr, @"error: a and c have no cell in common: neither an id nor a label");
    let ended = deltalab(&place, &["compare", "a", "nowhere"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("nowhere: not a result folder"), "{}", ended.stderr);
}

#[test]
fn a_report_is_the_same_page_from_journal_and_from_tables() {
    for (spec, title) in [(XOR, "xor"), (TUNED, "tuned")] {
        let place = stored(spec, "r");
        let ended = deltalab(&place, &["report", "r"]);
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(0), "r/report.html\n"),
            "{}",
            ended.stderr
        );
        let first = place.read("r/report.html");
        assert!(first.contains(&format!("<h1>{title}</h1>")));
        assert_eq!(first.contains("id=\"tuning\""), title == "tuned");
        assert!(first.contains("Rumelhart"), "the source of backprop");
        without_journal(&place, "r");
        assert_eq!(deltalab(&place, &["report", "r"]).code, Some(0));
        assert!(place.read("r/report.html") == first, "{title}: other bytes");
    }
}

#[test]
fn figures_are_the_same_from_journal_and_from_tables() {
    let place = stored(XOR, "r");
    let before = place.below("r/figures");
    without_journal(&place, "r");
    std::fs::remove_dir_all(place.path("r/figures")).unwrap();
    let ended = deltalab(&place, &["figures", "r"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert!(place.below("r/figures") == before, "other bytes");
}

#[test]
fn figures_that_the_spec_no_longer_asks_for_are_removed_and_named() {
    let survival = "[[figure]]\nkind = \"survival\"\n";
    let place = stored(&format!("{XOR}{survival}[[figure]]\nkind = \"final\"\n"), "r");
    place.write("r/figures/mine.svg", "<svg/>"); // not one of ours
    std::fs::copy(place.path("r/figures/survival.svg"), place.path("r/figures/edited.svg"))
        .unwrap();
    assert!(place.exists("r/figures/final-train_sse.png"));
    place.write("spec.toml", &format!("{XOR}{survival}"));
    let ended = deltalab(&place, &["run", "spec.toml", "--out", "r"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let says = "Removed 1 figure that the spec no longer asks for: final-train_sse.";
    assert!(ended.stderr.contains(says), "{}", ended.stderr);
    let left: Vec<String> = place.below("r/figures").into_keys().collect();
    assert_eq!(left, ["edited.svg", "mine.svg", "survival.csv", "survival.png", "survival.svg"]);
    let json = deltalab(&place, &["figures", "r", "--json"]).json();
    assert_eq!(json["removed"], serde_json::json!([]));
}

#[test]
fn a_learner_compared_with_itself_does_not_differ_and_that_is_said() {
    // momentum 0 is plain descent, bit for bit, and another configuration
    let spec = XOR.replace("momentum = 0.9", "momentum = 0.0").replace("seeds = 6", "seeds = 12");
    let place = stored(&spec.replace("learning_rate = 0.5", "learning_rate = 2.0"), "r");
    let ended = deltalab(&place, &["run", "spec.toml", "--out", "r", "--quiet"]);
    let said = support::words(&ended.stdout);
    let expected = "No difference in speed: on each of 12 seeds neither plain nor momentum is solved sooner (difference 0, p = 1 after Holm).";
    assert!(said.contains(expected), "{said}");
    for row in place.read("r/comparisons.csv").lines().skip(1) {
        let fields: Vec<&str> = row.split(',').collect();
        let (measure, estimate, p) = (fields[4], fields[6], &fields[9..]);
        let none = if measure == "faster" { "0.5" } else { "0.0" };
        assert_eq!((estimate, p), (none, &["1.0", "1.0"][..]), "{row}");
    }
}

#[test]
fn a_report_needs_curves_and_says_when_they_are_gone() {
    let place = stored(XOR, "r");
    without_journal(&place, "r");
    std::fs::remove_file(place.path("r/curves.csv")).unwrap();
    let before = place.tree();
    let ended = deltalab(&place, &["report", "r"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    insta::assert_snapshot!(ended.stderr, @"error: r: holds no curves (neither parts/ nor curves.csv), and a report shows them; deltalab run r/spec.toml --out r makes them again");
    let ended = deltalab(&place, &["figures", "r"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    insta::assert_snapshot!(ended.stderr, @"error: r: holds no curves (neither parts/ nor curves.csv), and figures show them; deltalab run r/spec.toml --out r makes them again");
    assert_eq!(place.tree(), before);
    std::fs::remove_file(place.path("r/runs.csv")).unwrap();
    let ended = deltalab(&place, &["report", "r"]);
    insta::assert_snapshot!(ended.stderr, @"error: r: holds no finished run (nothing in parts/, and no runs.csv)");
}

#[test]
fn data_files_are_looked_for_where_they_are_said_to_be() {
    let task = "kind = \"csv\"\nfile = \"data.csv\"\ninputs = [\"a\", \"b\"]\ntargets = [\"t\"]";
    let place = Place::new();
    place.write("data/data.csv", "a,b,t\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n");
    place.write("data/spec.toml", &XOR.replacen("kind = \"xor\"", task, 1));
    assert_eq!(deltalab(&place, &["run", "data/spec.toml", "--out", "r", "--quiet"]).code, Some(0));
    let ended = deltalab(&place, &["verify", "r"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert!(ended.stderr.contains("--data FOLDER"), "{}", ended.stderr);
    let ended = deltalab(&place, &["verify", "r", "--data", "data"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("every bit agrees"), "{}", ended.stdout);
    // other data, other cells
    place.write("data/data.csv", "a,b,t\n0,0,0\n0,1,1\n1,0,1\n1,1,1\n");
    let ended = deltalab(&place, &["verify", "r", "--data", "data"]);
    assert_eq!(ended.code, Some(2), "{}", ended.stdout);
    assert!(ended.stderr.contains("no longer gives 2 cells of the folder"), "{}", ended.stderr);
}

#[test]
fn an_unfinished_folder_is_verified_and_reported_as_far_as_it_is() {
    let place = stored(XOR, "r");
    let journal = "r/parts/1-of-1.journal";
    let kept: String = place.read(journal).split_inclusive('\n').take(5).collect();
    place.write(journal, &kept);
    let ended = deltalab(&place, &["verify", "r"]);
    insta::assert_snapshot!(ended.stdout, @"xor: all 5 runs trained again and compared with parts/: every bit agrees.");
    let ended = deltalab(&place, &["report", "r"]);
    assert_eq!(ended.code, Some(0));
    assert!(ended.stderr.contains("partial 5/12 runs, and the report says so"), "{}", ended.stderr);
    assert!(place.read("r/report.html").contains("partial 5/12 runs"));
    let ended = deltalab(&place, &["figures", "r"]);
    assert_eq!(ended.code, Some(0));
    assert!(ended.stderr.contains("partial 5/12 runs, and the figures say so"), "{}", ended.stderr);
    assert!(place.read("r/figures/survival.svg").contains("partial 5/12"));
}

#[test]
fn a_table_that_was_spoilt_is_named_by_line() {
    let place = stored(XOR, "r");
    without_journal(&place, "r");
    change(&place, "r/runs.csv", "unsolved", "maybe");
    let ended = deltalab(&place, &["verify", "r"]);
    assert_eq!(ended.code, Some(2));
    insta::assert_snapshot!(ended.stderr, @"error: r/runs.csv:2: not a table of this version: status is not what was expected");
}
