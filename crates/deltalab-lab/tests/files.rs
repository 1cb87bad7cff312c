//! Tasks that read files: what they make of a good file, and what a user reads of a bad one.

use deltalab_core::random::Streams;
use deltalab_lab::{Plan, Spec, SpecText};
use std::fs;
use tempfile::TempDir;

/// A spec beside a data file.
fn plan(folder: &TempDir, task: &str) -> Result<Plan, String> {
    let text = format!(
        "name = \"data\"\ntask = {task}\nlearner = [{{ kind = \"delta\", learning_rate = 0.1 }}]\n"
    );
    let path = folder.path().join("spec.toml");
    fs::write(&path, text).unwrap();
    let spec = SpecText::read(&path).and_then(|text| Spec::parse(&text, &[]));
    let plan = spec.and_then(|spec| Plan::new(&spec));
    plan.map_err(|problems| {
        problems.to_string().replace(&format!("{}/", folder.path().display()), "")
    })
}

fn with_csv(csv: &str, keys: &str) -> Result<Plan, String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("data.csv"), csv).unwrap();
    plan(&folder, &format!("{{ kind = \"csv\", file = \"data.csv\", {keys} }}"))
}

fn problem(csv: &str, keys: &str) -> String {
    with_csv(csv, keys).unwrap_err()
}

const FLOWERS: &str = "long,wide,kind\n1,2,rose\n3,4,daisy\n5,6,rose\n-7e-1,8,tulip\n";

#[test]
fn text_targets_become_a_unit_per_class_in_alphabetical_order() {
    let plan = with_csv(FLOWERS, "targets = [\"kind\"]").unwrap();
    let task = &plan.cells[0].setup.task;
    assert_eq!(
        (task.input_names(), task.output_names()),
        (names(&["long", "wide"]), names(&["daisy", "rose", "tulip"]))
    );
    let sample = task.sample(&Streams::new(0, 0));
    let patterns = &sample.patterns;
    assert_eq!(patterns.inputs.column(3).as_slice(), [-0.7, 8.0]);
    let targets: Vec<_> =
        patterns.targets.column_iter().map(|t| t.iter().position(|&t| t == 1.0)).collect();
    assert_eq!(targets, [Some(1), Some(0), Some(1), Some(2)]);
    assert!(
        patterns.targets.iter().sum::<f64>() == 4.0
            && sample.test.is_empty()
            && sample.standardise.is_none()
    );
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

#[test]
fn columns_can_be_chosen_by_name_or_number_and_numbers_are_targets_as_they_are() {
    let plan = with_csv(
        "a;b;c\n1; 2 ;3\n4;5;6\n",
        "separator = \";\", inputs = [\"c\", 1], targets = [\"b\"]",
    )
    .unwrap();
    let patterns = plan.cells[0].setup.task.sample(&Streams::new(0, 0)).patterns;
    assert_eq!(patterns.inputs.column(0).as_slice(), [3.0, 1.0]);
    assert_eq!(patterns.targets.as_slice(), [2.0, 5.0]);
}

#[test]
fn labels_that_are_numbers_can_be_classes() {
    let plan =
        with_csv("1,7\n2,9\n3,7\n", "header = false, targets = [2], target_coding = \"one_hot\"")
            .unwrap();
    assert_eq!(plan.cells[0].setup.task.output_names(), names(&["7", "9"]));
}

#[test]
fn the_split_follows_the_seed_and_inputs_are_standardised_over_the_training_patterns() {
    let rows: String = (0..20).map(|n| format!("{n},{}\n", n % 2)).collect();
    let plan = with_csv(
        &format!("x,y\n{rows}"),
        "targets = [\"y\"], test_fraction = 0.25, standardise = true",
    )
    .unwrap();
    let task = &plan.cells[0].setup.task;
    let sample = |seed| task.sample(&Streams::new(0, seed));
    assert_eq!((sample(1).train.len(), sample(1).test.len(), task.train_patterns()), (15, 5, 15));
    assert_ne!(sample(1).test, sample(2).test);
    assert_eq!(sample(1), sample(1));
    let mean = sample(1).standardise.unwrap().mean[0];
    let expected = sample(1).train.iter().map(|&p| f64::from(p)).sum::<f64>() / 15.0;
    assert!((mean - expected).abs() < 1e-14, "{mean} {expected}"); // 15 roundings of sums below 200
}

#[test]
fn a_changed_file_is_another_cell_and_a_pinned_one_is_refused() {
    let id = |csv: &str| with_csv(csv, "targets = [\"kind\"]").unwrap().study.cells[0].id.clone();
    assert_eq!(id(FLOWERS), id(FLOWERS));
    assert_ne!(id(FLOWERS), id(&FLOWERS.replace("daisy", "aster")));
    let plan = with_csv(FLOWERS, "targets = [\"kind\"]").unwrap();
    let sha256 = plan.study.cells[0].config["task"]["sha256"].as_str().unwrap().to_string();
    let pinned = format!("targets = [\"kind\"], sha256 = \"{sha256}\"");
    assert_eq!(with_csv(FLOWERS, &pinned).unwrap().study.cells, plan.study.cells);
    assert!(
        problem(&FLOWERS.replace('1', "2"), &pinned).contains(&format!("the spec says {sha256}"))
    );
}

#[test]
fn bad_csv_files() {
    let kind = "targets = [\"kind\"]";
    let all = [
        ("a text cell", problem(&FLOWERS.replace('4', "four"), kind)),
        ("an empty cell", problem(&FLOWERS.replace('4', ""), kind)),
        ("a NaN", problem(&FLOWERS.replace('4', "NaN"), kind)),
        ("an infinity", problem(&FLOWERS.replace('4', "inf"), kind)),
        ("a ragged row", problem(&FLOWERS.replace("5,6,rose", "5,rose"), kind)),
        ("an empty file", problem("", kind)),
        ("a header alone", problem("long,wide,kind\n", kind)),
        ("a mistyped column", problem(FLOWERS, "targets = [\"kin\"]")),
        ("a column too far", problem(FLOWERS, "targets = [4]")),
        ("a name without header", problem("1,2\n", "header = false, targets = [\"kind\"]")),
        ("a column twice", problem(FLOWERS, "inputs = [\"long\", \"kind\"], targets = [3]")),
        ("no input left", problem("a\n1\n2\n", "targets = [\"a\"]")),
        ("a text target among numbers", problem("a,b\n1,2\n3,x\n", "targets = [\"b\"]")),
        ("a single class", problem("a,b\n1,x\n3,x\n", "targets = [\"b\"]")),
        ("no targets", problem(FLOWERS, "header = true")),
        ("a fraction of one", problem(FLOWERS, "targets = [\"kind\"], test_fraction = 1.0")),
    ];
    let all: String = all.iter().map(|(what, message)| format!("{what}: {message}\n")).collect();
    insta::assert_snapshot!(all, @r#"
    a text cell: spec.toml:2:8  task.inputs: data.csv:3, column "wide": expected a number, got "four"
    an empty cell: spec.toml:2:8  task.inputs: data.csv:3, column "wide": expected a number, got an empty cell
    a NaN: spec.toml:2:8  task.inputs: data.csv:3, column "wide": expected a finite number, got "NaN"
    an infinity: spec.toml:2:8  task.inputs: data.csv:3, column "wide": expected a finite number, got "inf"
    a ragged row: spec.toml:2:31  task.file: data.csv:4: 2 cells; expected 3, as in the first line
    an empty file: spec.toml:2:31  task.file: data.csv: no row of data; expected at least one below the header
    a header alone: spec.toml:2:31  task.file: data.csv: no row of data; expected at least one below the header
    a mistyped column: spec.toml:2:53  task.targets: data.csv: no column "kin"; expected "long", "wide" or "kind" (did you mean "kind"?)
    a column too far: spec.toml:2:53  task.targets: data.csv: no column 4; expected a number from 1 to 3
    a name without header: spec.toml:2:69  task.targets: data.csv: columns have no names without a header; expected numbers from 1 to 2, got "kind"
    a column twice: spec.toml:2:52  task.inputs: data.csv: column "kind" stands twice among inputs and targets
    no input left: spec.toml:2:8  task.inputs: data.csv: no column is left for the inputs
    a text target among numbers: spec.toml:2:53  task.targets: data.csv:3, column "b": expected a number, got "x"
    a single class: spec.toml:2:53  task.targets: data.csv, column "b": expected at least two classes, got only "x"
    no targets: spec.toml:2:8  task: missing key "targets"; expected a list, each entry text in quotes, or a whole number from 1 to 1000000
    a fraction of one: spec.toml:2:79  task.test_fraction: expected a number at least 0 and below 1, got 1.0
    "#);
}

#[test]
fn a_csv_file_that_is_not_text() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("data.csv"), b"a,b\n1,2\n\xff\xfe,4\n").unwrap();
    let message =
        plan(&folder, r#"{ kind = "csv", file = "data.csv", targets = ["b"] }"#).unwrap_err();
    insta::assert_snapshot!(message, @"spec.toml:2:31  task.file: data.csv:3: not UTF-8 text; expected a CSV file");
}

/// An IDX file: magic number, sizes, data.
fn idx(sizes: &[u32], data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, sizes.len() as u8];
    sizes.iter().for_each(|size| bytes.extend(size.to_be_bytes()));
    bytes.extend(data);
    bytes
}

fn with_idx(images: &[u8], labels: &[u8], keys: &str) -> Result<Plan, String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("images"), images).unwrap();
    fs::write(folder.path().join("labels"), labels).unwrap();
    fs::write(folder.path().join("test-images"), idx(&[1, 1, 2], &[51, 0])).unwrap();
    fs::write(folder.path().join("test-labels"), idx(&[1], &[1])).unwrap();
    plan(&folder, &format!("{{ kind = \"idx\", images = \"images\", labels = \"labels\"{keys} }}"))
}

#[test]
fn pixels_are_divided_by_255_and_labels_become_classes() {
    let (images, labels) = (idx(&[3, 1, 2], &[0, 255, 51, 102, 1, 2]), idx(&[3], &[2, 0, 1]));
    let plan = with_idx(&images, &labels, ", limit = 2").unwrap();
    let task = &plan.cells[0].setup.task;
    let patterns = task.sample(&Streams::new(0, 0)).patterns;
    assert_eq!(patterns.inputs.as_slice(), [0.0, 1.0, 0.2, 0.4]);
    assert_eq!(patterns.targets.as_slice(), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
    assert_eq!(task.output_names(), names(&["0", "1", "2"]));
}

#[test]
fn test_files_are_the_test_of_every_run() {
    let (images, labels) = (idx(&[2, 1, 2], &[0, 255, 51, 102]), idx(&[2], &[1, 0]));
    let keys = ", test_images = \"test-images\", test_labels = \"test-labels\"";
    let plan = with_idx(&images, &labels, keys).unwrap();
    let sample = plan.cells[0].setup.task.sample(&Streams::new(0, 5));
    assert_eq!((sample.train, sample.test), (vec![0, 1], vec![2]));
}

#[test]
fn bad_idx_files() {
    let (images, labels) = (idx(&[2, 1, 2], &[0, 255, 51, 102]), idx(&[2], &[1, 0]));
    let all = [
        ("labels for images", with_idx(&labels, &labels, "")),
        ("compressed", with_idx(&[0x1f, 0x8b, 8, 0], &labels, "")),
        ("too short", with_idx(&images[..18], &labels, "")),
        ("another number of labels", with_idx(&images, &idx(&[1], &[1]), "")),
        (
            "images of another size",
            with_idx(
                &idx(&[2, 2, 1], &[0; 4]),
                &labels,
                ", test_images = \"test-images\", test_labels = \"test-labels\"",
            ),
        ),
        ("half a test", with_idx(&images, &labels, ", test_images = \"test-images\"")),
        ("no image", with_idx(&idx(&[0, 1, 2], &[]), &idx(&[0], &[]), "")),
        (
            "sizes beyond all bytes",
            with_idx(&idx(&[u32::MAX, u32::MAX, u32::MAX], &[]), &labels, ""),
        ),
        ("nothing", with_idx(&[], &labels, "")),
    ];
    let all: String =
        all.into_iter().map(|(what, plan)| format!("{what}: {}\n", plan.unwrap_err())).collect();
    insta::assert_snapshot!(all, @r#"
    labels for images: spec.toml:2:33  task.images: images: expected an IDX file of unsigned bytes with 3 dimensions, got 0x00000801
    compressed: spec.toml:2:33  task.images: images is compressed; unpack it first (gunzip images)
    too short: spec.toml:2:33  task.images: images: the header promises 4 bytes of data, the file holds 2
    another number of labels: spec.toml:2:52  task.labels: labels: 1 labels, but images has 2 images
    images of another size: spec.toml:2:76  task.test_images: test-images: images of 1 x 2, but images has images of 2 x 1
    half a test: spec.toml:2:76  task.test_images: test_images is given without test_labels; give both or none
    no image: spec.toml:2:33  task.images: images: no image; expected at least one pixel of one image
    sizes beyond all bytes: spec.toml:2:33  task.images: images: the header promises 79228162458924105385300197375 bytes of data, the file holds 0
    nothing: spec.toml:2:33  task.images: images: expected an IDX file of unsigned bytes with 3 dimensions, got 0 bytes
    "#);
}
