//! The report: one page that is whole, safe and true to its records.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use deltalab_figures::render;
use deltalab_figures::report::{Citation, Sources, report};
use deltalab_results::{Better, Cell, Metric, Record, Series, Status, Study};
use serde_json::json;
use sha2::{Digest, Sha256};

/// What must never reach a page as it is.
const HOSTILE: &str = "<script>alert('1')</script>\"&";

fn study(label: &str) -> Study {
    let cell = |id: &str, learner: &str, activation: &str| Cell {
        id: id.into(),
        learner: learner.into(),
        kind: "backprop".into(),
        axes: vec![Some(activation.into())],
        max_epochs: 100,
        criterion: Some("sse < 0.1".into()),
        config: json!({
            "task": { "kind": "xor" },
            "network": { "hidden": [4], "activation": { "kind": activation }, "init": { "kind": "uniform", "range": 0.5 } },
            "train": { "order": "permuted", "batch": 1, "reduction": "sum", "error": { "kind": "sse" } },
            "learner": { "kind": "backprop", "learning_rate": 0.5 },
            "precision": "f64", "master_seed": 0,
        }),
        ..Cell::default()
    };
    Study {
        name: format!("study {label}"),
        description: format!("what {label} does"),
        axes: vec!["network.activation".into()],
        cells: vec![cell("a1", "BP", "tanh"), cell("b2", label, "tanh")],
        seeds: (0..12).collect(),
        finals: vec![Metric {
            name: "train_sse".into(),
            better: Better::Lower,
            meaning: format!("error of {label}"),
            ..Metric::default()
        }],
        curves: vec![Metric {
            name: "train_sse".into(),
            better: Better::Lower,
            ..Metric::default()
        }],
        time: "epoch".into(),
        ..Study::default()
    }
}

fn records(study: &Study) -> Vec<Record> {
    let run = |cell: &Cell, seed: u64, status, epochs, sse| Record {
        cell: cell.id.clone(),
        seed,
        status,
        epochs,
        solved_epoch: (status == Status::Solved).then_some(epochs),
        finals: vec![("train_sse".into(), sse)],
        curves: vec![Series {
            metric: "train_sse".into(),
            epochs: vec![0, epochs],
            values: vec![1.0, sse],
        }],
        pattern_updates: 4 * epochs,
    };
    let mut records = Vec::new();
    for &seed in &study.seeds {
        records.push(run(&study.cells[0], seed, Status::Solved, 20 + seed, 0.09));
        records.push(match seed {
            7 => run(&study.cells[1], seed, Status::Diverged, 3, f64::NAN),
            _ => run(&study.cells[1], seed, Status::Unsolved, 100, 0.5),
        });
    }
    records
}

fn page(study: &Study, records: &[Record]) -> String {
    let citation = |text: &str| Citation {
        what: "learner".into(),
        name: text.into(),
        text: format!("{text} 1986"),
    };
    report(&Sources {
        study,
        records,
        traces: &[],
        spec: &format!("name = \"x\" # {}", study.name),
        tuning: None,
        bibtex: "@software{deltalab}",
        citations: &[citation(&study.cells[1].learner)],
    })
    .unwrap()
}

/// The value between two marks, first found.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before}"));
    rest.split_once(after).unwrap_or_else(|| panic!("no {after}")).0
}

/// Every tag of the page in order, without what stands in style and script.
fn tags(page: &str) -> Vec<&str> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>').expect("a tag ends");
        let tag = &rest[start..=end];
        tags.push(tag);
        rest = &rest[end + 1..];
        for raw in ["style", "script"] {
            if tag == format!("<{raw}>") {
                rest = &rest[rest.find(&format!("</{raw}>")).expect("it ends")..];
            }
        }
    }
    tags
}

#[test]
fn every_tag_is_closed_in_order() {
    let study = study("momentum");
    let page = page(&study, &records(&study));
    let mut open: Vec<&str> = Vec::new();
    for tag in tags(&page) {
        let name = tag.trim_matches(['<', '>', '/']).split([' ', '\n', '/']).next().unwrap();
        if tag.starts_with("</") {
            assert_eq!(open.pop(), Some(name), "{tag} closes it");
        } else if !tag.ends_with("/>") && !tag.starts_with("<!") && name != "meta" {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<&str>::new());
}

#[test]
fn nothing_is_loaded_from_elsewhere_and_nothing_runs_but_the_one_script() {
    let study = study("momentum");
    let page = page(&study, &records(&study));
    for tag in tags(&page) {
        // the names of the attributes: what stands outside of quotes
        let names: String = tag.split('"').step_by(2).collect();
        for name in [" style=", " src=", " on", " xlink:"] {
            assert!(!names.contains(name), "{tag}");
        }
        if let Some((_, link)) = tag.split_once("href=\"") {
            assert!(link.starts_with("data:") || link.starts_with('#'), "{tag}");
        }
    }
    let addresses: Vec<&str> =
        page.match_indices("://").map(|(at, _)| &page[at - 5..(at + 25).min(page.len())]).collect();
    assert!(
        addresses.iter().all(|it| it.contains("://www.w3.org/2000/svg")),
        "only the name space of SVG: {addresses:?}"
    );
    let policy = between(&page, "http-equiv=\"Content-Security-Policy\" content=\"", "\">");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    for (tag, directive) in [("style", "style-src"), ("script", "script-src")] {
        assert_eq!(page.matches(&format!("<{tag}")).count(), 1, "{tag}");
        let text = between(&page, &format!("<{tag}>"), &format!("</{tag}>"));
        let hash = STANDARD.encode(Sha256::digest(text.as_bytes()));
        assert!(policy.contains(&format!("{directive} 'sha256-{hash}'")), "{policy}");
    }
}

#[test]
fn every_figure_and_its_numbers_are_on_the_page() {
    let study = study("momentum");
    let records = records(&study);
    let page = page(&study, &records);
    let figures = render(&study, &records, &[]).unwrap();
    assert!(figures.len() >= 2);
    assert_eq!(page.matches("<svg ").count(), figures.len());
    for figure in figures {
        let before =
            format!("download=\"{}.csv\" href=\"data:text/csv;charset=utf-8;base64,", figure.name);
        let held = STANDARD.decode(between(&page, &before, "\"")).unwrap();
        assert_eq!(held, figure.csv, "{}", figure.name);
    }
    for table in ["runs.csv", "summary.csv", "comparisons.csv"] {
        let before = format!("download=\"{table}\" href=\"data:text/csv;charset=utf-8;base64,");
        let held = STANDARD.decode(between(&page, &before, "\"")).unwrap();
        assert!(held.starts_with(b"cell"), "{table}");
    }
}

#[test]
fn hostile_names_are_text() {
    let study = study(HOSTILE);
    let page = page(&study, &records(&study));
    assert_eq!(page.matches("<script").count(), 1);
    let escaped = "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;";
    assert!(page.matches(escaped).count() > 8, "title, tables, failures, methods, sources, spec");
}

#[test]
fn the_runs_to_look_into_have_their_seeds_and_commands() {
    let study = study("momentum");
    let page = page(&study, &records(&study));
    let failures = between(&page, "<section id=\"failures\">", "</section>");
    assert!(failures.contains("1 of 12 diverged <span class=\"ci\">seed 7<"), "{failures}");
    assert!(
        failures.contains("11 of 12 unsolved <span class=\"ci\">seeds 0–6, 8–11<"),
        "{failures}"
    );
    assert_eq!(failures.matches("deltalab trace spec.toml --cell b2 --seed 7\n").count(), 0);
    assert_eq!(failures.matches("deltalab trace spec.toml --cell b2 --seed 7<").count(), 1);
    assert_eq!(failures.matches("deltalab trace spec.toml --cell b2").count(), 12);
    assert_eq!(failures.matches("--cell a1").count(), 0, "every run of it is solved");
}

#[test]
fn the_verdict_comes_first_and_a_partial_folder_says_so() {
    let study = study("momentum");
    let mut records = records(&study);
    let whole = page(&study, &records);
    assert!(!whole.contains("class=\"partial\""), "all runs are there");
    let first = whole.find("<h2>").unwrap();
    assert!(whole[first..].starts_with("<h2>Verdict</h2>\n"), "{}", &whole[first..first + 40]);
    assert!(whole.contains("BP is solved sooner than momentum: on 12 of 12 seeds"));
    records.truncate(15);
    let partial = page(&study, &records);
    assert!(partial.contains("<strong class=\"partial\">partial 15/24 runs<"));
    records.clear();
    assert!(page(&study, &records).contains("No run is finished yet."));
}

#[test]
fn the_same_records_give_the_same_bytes() {
    let study = study("momentum");
    let mut records = records(&study);
    let first = page(&study, &records);
    records.reverse();
    assert_eq!(page(&study, &records), first, "whatever the order in which they stand");
}

#[test]
fn headings_are_buttons_that_say_how_they_sort() {
    let study = study("momentum");
    let page = page(&study, &records(&study));
    let headings = page.matches("<th scope=\"col\"").count();
    assert!(headings > 10);
    let sorted = page.matches("<th scope=\"col\" aria-sort=\"none\" data-c=\"").count();
    assert_eq!((sorted, page.matches("><button type=\"button\"").count()), (headings, headings));
}

#[test]
fn ten_thousand_runs_stay_usable() {
    let mut study = study("momentum");
    study.seeds = (0..5000).collect();
    let page = page(&study, &records(&study));
    // every run's numbers as CSV, and one mark or step for each in a figure: some 300 bytes a run, 5 MB in all
    assert!(page.len() < 5_000_000, "{} bytes", page.len());
    assert!(page.matches("deltalab trace").count() < 100, "commands are thinned");
    assert!(page.contains("# likewise for the 4,974 other seeds"), "and it says so");
}
