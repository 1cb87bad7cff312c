//! The sentences are true in every corner.

mod fixtures;

use deltalab_results::verdict::{Verdict, chosen_metric, verdict};
use deltalab_results::{Analysis, Better, Record, Runs, Study};
use fixtures::{cell, diverged, metric, run, solved, study, unsolved};

fn pair(n: u64) -> Study {
    study(&[], vec![cell("a", "BP", &[]), cell("b", "delta", &[])], n)
}

fn on(study: &Study, records: &[Record]) -> Verdict {
    let runs = Runs::new(study, records);
    verdict(&runs, &Analysis::of(&runs))
}

#[track_caller]
fn says(study: &Study, records: &[Record], expected: &[&str]) {
    let found: Vec<String> = on(study, records).sentences.into_iter().map(|s| s.text).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_difference_names_who_is_ahead_and_on_how_many_seeds() {
    let mut records = Vec::new();
    for seed in 0..40 {
        records.push(solved("a", seed, if seed == 0 { 500 } else { 100 + seed }));
        records.push(if seed == 1 { solved("b", 1, 101) } else { solved("b", seed, 400) });
    }
    says(
        &pair(40),
        &records,
        &[
            "BP is solved sooner than delta: on 38 of 40 seeds, delta on 1, neither on 1 (p = 4e-10 after Holm), by 263 of 1000 epochs on average (95 % interval 238 to 281).",
        ],
    );
    // (39 · 400 + 101 − 500 − Σ 101 … 139) / 40 = 263.025, in a thousand epochs
    let mut turned = pair(40);
    turned.cells.reverse();
    says(
        &turned,
        &records,
        &[
            "BP is solved sooner than delta: on 38 of 40 seeds, delta on 1, neither on 1 (p = 4e-10 after Holm), by 263 of 1000 epochs on average (95 % interval 238 to 281).",
        ],
    );
    assert_eq!(on(&turned, &records).sentences[0].ahead, Some(1));
}

#[test]
fn few_seeds_show_no_difference() {
    let records = [solved("a", 0, 10), solved("b", 0, 20)];
    says(
        &pair(1),
        &records,
        &[
            "No difference in speed that 1 seed can show: BP is solved sooner on 1, delta on 0, neither on 0 (p = 1 after Holm).",
        ],
    );
    let records: Vec<Record> =
        (0..5).flat_map(|s| [solved("a", s, 10), solved("b", s, 20)]).collect();
    says(
        &pair(5),
        &records,
        &[
            "No difference in speed that 5 seeds can show: BP is solved sooner on 5, delta on 0, neither on 0 (p = 0.188 after Holm).",
        ],
    );
}

#[test]
fn a_learner_beside_itself_is_said_not_to_differ() {
    let records: Vec<Record> =
        (0..20).flat_map(|s| [solved("a", s, 10), solved("b", s, 10)]).collect();
    says(
        &pair(20),
        &records,
        &[
            "No difference in speed: on each of 20 seeds neither BP nor delta is solved sooner (difference 0, p = 1 after Holm).",
        ],
    );
}

#[test]
fn where_neither_solves_the_metric_speaks() {
    let records: Vec<Record> = (0..20)
        .flat_map(|s| {
            [unsolved("a", s), run("b", s, deltalab_results::Status::Unsolved, 1000, 1.5)]
        })
        .collect();
    says(
        &pair(20),
        &records,
        &[
            "Neither BP nor delta was solved on any of 20 seeds.",
            "BP ends with lower train_sse than delta: on 20 of 20 seeds, mean difference -0.5 (95 % interval -0.5 to -0.5; p = 6e-6 after Holm).",
        ],
    );
    let same: Vec<Record> = (0..2).flat_map(|s| [unsolved("a", s), unsolved("b", s)]).collect();
    says(
        &pair(2),
        &same,
        &[
            "Neither BP nor delta was solved on any of 2 seeds.",
            "No difference in train_sse: it is the same on each of 2 seeds (difference 0, p = 1 after Holm).",
        ],
    );
}

#[test]
fn a_diverged_run_leaves_no_difference_to_speak_of() {
    let records = [
        unsolved("a", 0),
        diverged("b", 0, 3),
        unsolved("a", 1),
        run("b", 1, deltalab_results::Status::Unsolved, 1000, 2.0),
    ];
    says(
        &pair(2),
        &records,
        &[
            "Neither BP nor delta was solved on any of 2 seeds.",
            "BP and delta cannot be compared on train_sse: on some seed the difference is not a number; of 2 seeds BP ends lower on 1, delta on 0.",
        ],
    );
}

#[test]
fn a_mean_that_an_outlier_turned_is_not_a_lead() {
    let mut study = pair(40);
    study.cells.iter_mut().for_each(|cell| cell.criterion = None);
    let sse = |seed| if seed == 0 { 1e9 } else { 1.0 + seed as f64 / 64.0 };
    let at = |cell: &str, seed, sse| run(cell, seed, deltalab_results::Status::Unsolved, 9, sse);
    let records: Vec<Record> =
        (0..40).flat_map(|s| [at("a", s, sse(s)), at("b", s, 4.0)]).collect();
    let verdict = on(&study, &records);
    let text = &verdict.sentences[0].text;
    assert!(text.starts_with("BP and delta differ in train_sse, but ranks, counts and mean do not point one way: of 40 seeds BP ends lower on 39, delta on 1, mean difference 2.50e7"), "{text}");
    assert_eq!(verdict.sentences[0].ahead, None);
}

#[test]
fn a_higher_metric_of_the_second_cell_reads_the_right_way_round() {
    let mut study = pair(10);
    study.cells.iter_mut().for_each(|cell| cell.criterion = None);
    study.finals =
        vec![metric("train_sse", Better::Lower), metric("test_accuracy", Better::Higher)];
    let at = |cell: &str, seed, accuracy| Record {
        finals: vec![("train_sse".into(), 1.0), ("test_accuracy".into(), accuracy)],
        ..unsolved(cell, seed)
    };
    let records: Vec<Record> =
        (0..10).flat_map(|s| [at("a", s, 0.75), at("b", s, 0.875)]).collect();
    says(
        &study,
        &records,
        &[
            "delta ends with higher test_accuracy than BP: on 10 of 10 seeds, mean difference -0.125 (95 % interval -0.125 to -0.125; p = 0.004 after Holm), BP minus delta.",
        ],
    );
}

#[test]
fn cells_are_called_by_what_they_differ_in() {
    let axes = ["activation", "rate"];
    let cells = vec![
        cell("a", "BP", &[Some("tanh"), Some("1")]),
        cell("b", "BP", &[Some("tanh"), Some("2")]),
    ];
    let records = [solved("a", 0, 10), solved("b", 0, 10)];
    says(
        &study(&axes, cells, 1),
        &records,
        &[
            "With activation = tanh: No difference in speed: on 1 seed neither BP (rate = 1) nor BP (rate = 2) is solved sooner (difference 0, p = 1 after Holm).",
        ],
    );
}

#[test]
fn the_metric_is_the_criterions_or_else_one_of_test_data() {
    let mut study = pair(1);
    study.finals = ["weight_norm", "train_loss", "train_sse", "test_accuracy"]
        .map(|name| {
            metric(name, if name == "weight_norm" { Better::Neither } else { Better::Lower })
        })
        .to_vec();
    assert_eq!(chosen_metric(&study), Some(2));
    study.cells.iter_mut().for_each(|cell| cell.criterion = None);
    assert_eq!(chosen_metric(&study), Some(3));
    study.finals.pop();
    assert_eq!(chosen_metric(&study), Some(1));
    study.finals.truncate(1);
    assert_eq!(chosen_metric(&study), None);
    assert_eq!(chosen_metric(&Study::default()), None);
}

#[test]
fn an_unfinished_study_says_how_far_it_is_and_of_what_it_knows_nothing() {
    let verdict = on(&pair(3), &[solved("a", 2, 7)]);
    assert_eq!((verdict.finished, verdict.planned), (1, 6));
    assert_eq!(verdict.sentences, []);
    assert_eq!(verdict.cells[0].summary.success.unwrap().solved, 1);
    assert_eq!(verdict.cells[1].summary.success, None);
}
