//! What holds for every figure: it shows the numbers beside it, says what it shows, and survives the data that real studies have.

use deltalab_figures::{Error, Figure, KINDS, default_figures, png};
use std::path::{Path, PathBuf};

use deltalab_results::{Better, Cell, FigureRequest, Metric, Record, Series, Status, Study};

/// The figures of a study without traces.
fn render(study: &Study, records: &[Record]) -> Result<Vec<Figure>, Error> {
    deltalab_figures::render(study, records, &[])
}

fn draw(study: &Study, records: &[Record], out: &Path) -> Result<Vec<PathBuf>, Error> {
    deltalab_figures::draw(study, records, &[], out)
}

fn metric(name: &str, better: Better) -> Metric {
    Metric { name: name.to_owned(), better, ..Metric::default() }
}

fn study(learners: &[&str], seeds: u64) -> Study {
    let cell = |(i, learner): (usize, &&str)| Cell {
        id: format!("c{i}"),
        learner: (*learner).to_owned(),
        max_epochs: 1000,
        criterion: Some("sse < 0.1".to_owned()),
        ..Cell::default()
    };
    Study {
        name: "xor".to_owned(),
        cells: learners.iter().enumerate().map(cell).collect(),
        seeds: (0..seeds).collect(),
        finals: vec![metric("train_sse", Better::Lower), metric("test_accuracy", Better::Higher)],
        curves: vec![metric("sse", Better::Lower)],
        time: "epoch".to_owned(),
        ..Study::default()
    }
}

/// A run whose error falls in a straight line to 0 at epoch 100 (1 + seed), or stays at 1 for seeds divisible by 5.
fn run(cell: usize, seed: u64) -> Record {
    let solves = !seed.is_multiple_of(5);
    let end = if solves { 100 * (1 + seed) } else { 1000 };
    let epochs: Vec<u64> = (0..=end).step_by(50).collect();
    let value = |&e: &u64| if solves { 1.0 - e as f64 / end as f64 } else { 1.0 };
    let values: Vec<f64> = epochs.iter().map(value).collect();
    let accuracy = 0.9 + 0.01 * (seed % 7) as f64 - 0.02 * cell as f64;
    let last = values[values.len() - 1];
    Record {
        cell: format!("c{cell}"),
        seed,
        status: if solves { Status::Solved } else { Status::Unsolved },
        epochs: end,
        solved_epoch: solves.then_some(end),
        finals: vec![("train_sse".to_owned(), last), ("test_accuracy".to_owned(), accuracy)],
        curves: vec![Series { metric: "sse".to_owned(), epochs, values }],
        pattern_updates: 4 * end,
    }
}

fn diverged(cell: usize, seed: u64, curve: &[f64]) -> Record {
    Record {
        status: Status::Diverged,
        epochs: curve.len() as u64,
        solved_epoch: None,
        finals: vec![("train_sse".to_owned(), f64::NAN), ("test_accuracy".to_owned(), f64::NAN)],
        curves: vec![Series {
            metric: "sse".to_owned(),
            epochs: (1..=curve.len() as u64).collect(),
            values: curve.to_vec(),
        }],
        ..run(cell, seed)
    }
}

fn all_runs(study: &Study) -> Vec<Record> {
    let seeds = || study.seeds.iter().copied();
    (0..study.cells.len()).flat_map(|cell| seeds().map(move |seed| run(cell, seed))).collect()
}

fn request(kind: &str) -> FigureRequest {
    FigureRequest { kind: kind.to_owned(), ..FigureRequest::default() }
}

/// The texts of an SVG, entities resolved, in the order of the file.
fn texts(svg: &str) -> Vec<String> {
    let inner = svg.split("<text ").skip(1).filter_map(|t| {
        let t = t.split_once('>')?.1;
        Some(t.split_once("</text>")?.0)
    });
    let plain = |t: &str| {
        let t = t.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
        t.replace("&amp;", "&").replace('\u{a0}', " ")
    };
    inner.map(plain).collect()
}

/// All words of an SVG in a row, so that a caption reads on over its line breaks.
fn words(figure: &Figure) -> String {
    texts(&figure.svg).join(" ")
}

fn rows(figure: &Figure) -> Vec<Vec<String>> {
    let text = String::from_utf8(figure.csv.clone()).unwrap();
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

/// A column of a figure's CSV, for the rows of a cell.
fn column(figure: &Figure, name: &str, cell: &str) -> Vec<String> {
    let rows = rows(figure);
    let at = rows[0].iter().position(|h| h == name).unwrap();
    rows[1..].iter().filter(|r| r[0] == cell).map(|r| r[at].clone()).collect()
}

fn numbers(figure: &Figure, name: &str, cell: &str) -> Vec<f64> {
    column(figure, name, cell).iter().map(|v| v.parse().unwrap()).collect()
}

/// The longest line of this colour, in pixels.
fn line(svg: &str, color: &str) -> Vec<(f64, f64)> {
    let start = format!("<polyline fill=\"none\" stroke=\"{color}\"");
    let lines = svg.lines().filter(|l| l.starts_with(&start)).map(|l| {
        let points = l.split_once(" points=\"").unwrap().1.split_once('"').unwrap().0;
        points
            .split(' ')
            .map(|p| {
                let (x, y) = p.split_once(',').unwrap();
                (x.parse().unwrap(), y.parse().unwrap())
            })
            .collect()
    });
    lines.max_by_key(Vec::len).unwrap()
}

/// Asserts that pixels are an affine function of values: then the line has the shape of the numbers. Pixels have one decimal, rounded
/// down: the two points that fix the function and the one that is tested are off by up to 0.1 each.
fn assert_affine(pixels: &[f64], values: &[f64]) {
    assert_eq!(pixels.len(), values.len());
    let extreme = |better: fn(&f64, &f64) -> bool| {
        (0..values.len()).reduce(|a, b| if better(&values[b], &values[a]) { b } else { a }).unwrap()
    };
    let (i, j) = (extreme(|a, b| a < b), extreme(|a, b| a > b));
    let slope = (pixels[j] - pixels[i]) / (values[j] - values[i]);
    assert!(slope.is_finite() && slope != 0.0);
    for (p, v) in pixels.iter().zip(values) {
        let expected = pixels[i] + slope * (v - values[i]);
        assert!((p - expected).abs() < 0.31, "{v} stands at {p}, not at {expected}");
    }
}

const BLUE: &str = "#0072b2";

#[test]
fn the_csv_of_a_learning_curve_is_the_line_that_is_drawn() {
    let mut study = study(&["BP"], 9);
    study.figures = vec![request("learning-curve")];
    let figure = &render(&study, &all_runs(&study)).unwrap()[0];
    let (x, y): (Vec<f64>, Vec<f64>) = line(&figure.svg, BLUE).into_iter().unzip();
    assert_affine(&x, &numbers(figure, "epoch", "c0"));
    assert_affine(&y, &numbers(figure, "median", "c0"));
    assert_eq!(numbers(figure, "n", "c0"), vec![9.0; x.len()]);
}

#[test]
fn a_logarithmic_axis_is_even_in_the_logarithm() {
    let mut study = study(&["BP"], 1);
    study.figures = vec![FigureRequest { log: true, ..request("learning-curve") }];
    let mut record = run(0, 1);
    let values: Vec<f64> =
        (0..record.curves[0].epochs.len()).map(|i| 0.2f64.powi(i as i32)).collect();
    record.curves[0].values = values.clone();
    study.seeds = vec![1];
    let figure = &render(&study, &[record]).unwrap()[0];
    let y: Vec<f64> = line(&figure.svg, BLUE).into_iter().map(|p| p.1).collect();
    assert_affine(&y, &values.iter().map(|v| v.log10()).collect::<Vec<_>>());
    assert!(texts(&figure.svg).contains(&"10⁻²".to_owned()), "{:?}", texts(&figure.svg));
}

#[test]
fn the_csv_of_a_survival_curve_is_the_staircase_that_is_drawn() {
    let mut study = study(&["BP"], 9);
    study.figures = vec![request("survival")];
    let figure = &render(&study, &all_runs(&study)).unwrap()[0];
    // Seeds 1 to 4 and 6 to 8 are solved at 100 (1 + seed); 0 and 5 are not.
    let epochs = [0.0, 200.0, 300.0, 400.0, 500.0, 700.0, 800.0, 900.0, 1000.0];
    assert_eq!(numbers(figure, "epoch", "c0"), epochs);
    let shares = numbers(figure, "solved_share", "c0");
    for (i, share) in shares.iter().enumerate().take(8) {
        assert!((share - i as f64 / 9.0).abs() < 1e-12, "{shares:?}"); // a product of 7 quotients
    }
    // Every second corner of the staircase is a step.
    let corners = line(&figure.svg, BLUE);
    let steps: Vec<(f64, f64)> = corners.iter().copied().step_by(2).collect();
    let (x, y): (Vec<f64>, Vec<f64>) = steps.into_iter().unzip();
    assert_affine(&x, &epochs);
    assert_affine(&y, &shares);
    for pair in corners.windows(2) {
        assert!(pair[0].0 == pair[1].0 || pair[0].1 == pair[1].1, "{pair:?} is no step");
    }
}

#[test]
fn the_csv_of_a_final_metric_lists_every_run_and_the_mean() {
    let mut study = study(&["BP", "delta"], 7);
    study.figures = vec![request("final")];
    let figure = &render(&study, &all_runs(&study)).unwrap()[0];
    assert_eq!(figure.name, "final-test_accuracy");
    let values = numbers(figure, "value", "c0");
    assert_eq!(values.len(), 8);
    assert!((values[..7].iter().sum::<f64>() / 7.0 - values[7]).abs() < 1e-15); // rounding
    assert_eq!(column(figure, "what", "c0")[7], "mean");
    let dots = figure.svg.lines().filter(|l| l.starts_with("<circle")).count();
    assert_eq!(dots, 14);
    let centre = |l: &str| -> f64 {
        l.split_once("cx=\"").unwrap().1.split_once('"').unwrap().0.parse().unwrap()
    };
    let x: Vec<f64> = figure.svg.lines().filter(|l| l.starts_with("<circle")).map(centre).collect();
    assert_affine(&x[..7], &values[..7]);
}

#[test]
fn a_tick_stands_where_its_value_is_drawn() {
    let mut study = study(&["BP"], 9);
    study.figures = vec![request("learning-curve")];
    let figure = &render(&study, &all_runs(&study)).unwrap()[0];
    let points = line(&figure.svg, BLUE);
    let epochs = numbers(figure, "epoch", "c0");
    for epoch in [0.0, 400.0, 1000.0] {
        let drawn = points[epochs.iter().position(|e| *e == epoch).unwrap()].0;
        let end = format!(">{epoch}</text>");
        let label =
            figure.svg.lines().find(|l| l.ends_with(&end) && l.contains("\"middle\"")).unwrap();
        let at: f64 = label.split('"').nth(1).unwrap().parse().unwrap();
        assert!((at - drawn).abs() < 0.21, "{epoch}: label at {at}, line at {drawn}"); // two roundings to 0.1
    }
}

#[test]
fn a_figure_is_a_function_of_the_runs_whatever_their_order() {
    let study = study(&["BP", "delta"], 8);
    let mut records = all_runs(&study);
    let figures = render(&study, &records).unwrap();
    assert_eq!(figures.len(), 3);
    records.reverse();
    assert_eq!(render(&study, &records).unwrap(), figures);
    for figure in &figures {
        assert_eq!(png(&figure.svg).unwrap(), png(&figure.svg).unwrap());
    }
}

#[test]
fn runs_that_the_study_does_not_ask_for_are_not_shown() {
    let study = study(&["BP"], 4);
    let mut records = all_runs(&study);
    let figures = render(&study, &records).unwrap();
    records.push(run(0, 77));
    records.push(run(9, 0));
    assert_eq!(render(&study, &records).unwrap(), figures);
}

/// Makes all figures in both scales, and checks that each is a picture of the size that it says, with every text at least 14 px high.
fn assert_drawable(mut study: Study, records: &[Record]) -> Vec<Figure> {
    for log in [false, true] {
        study.figures.extend(KINDS.iter().map(|kind| FigureRequest { log, ..request(kind) }));
    }
    let figures = render(&study, records).unwrap();
    assert_eq!(figures.len(), 2 * KINDS.len());
    for figure in &figures {
        let attribute = |name: &str| -> f64 {
            let after = figure.svg.split_once(&format!(" {name}=\"")).unwrap().1;
            after.split_once('"').unwrap().0.parse().unwrap()
        };
        let picture = png(&figure.svg).unwrap();
        let be = |at: usize| f64::from(u32::from_be_bytes(picture[at..at + 4].try_into().unwrap()));
        assert_eq!((be(16), be(20)), (2.0 * attribute("width"), 2.0 * attribute("height")));
        let sizes = figure.svg.split(" font-size=\"").skip(1);
        for size in sizes.map(|s| s.split_once('"').unwrap().0.parse::<f64>().unwrap()) {
            assert!(size >= 14.0);
        }
        for bad in ["NaN", "inf"] {
            assert!(!figure.svg.contains(&format!("\"{bad}")), "{}", figure.name);
        }
    }
    figures
}

#[test]
fn one_run_can_be_drawn() {
    let study = study(&["BP"], 2);
    let figures = assert_drawable(Study { seeds: vec![1], ..study }, &[run(0, 1)]);
    assert!(words(&figures[0]).contains("n = 1 per line"));
    assert!(words(&figures[2]).contains("A single run has no interval."));
}

#[test]
fn a_curve_of_one_point_is_a_point() {
    let mut record = run(0, 1);
    record.curves[0].epochs.truncate(1);
    record.curves[0].values.truncate(1);
    let study = Study { seeds: vec![1], ..study(&["BP"], 0) };
    let figures = assert_drawable(study, &[record]);
    assert!(figures[0].svg.lines().any(|l| l.starts_with("<circle") && l.contains(BLUE)));
}

#[test]
fn a_study_in_which_all_runs_diverged_says_so() {
    let study = study(&["BP"], 3);
    let never: Vec<Record> = (0..3).map(|s| diverged(0, s, &[f64::NAN])).collect();
    let figures = assert_drawable(study.clone(), &never);
    assert!(words(&figures[0]).contains("no finished run with a finite value of sse"));
    assert!(words(&figures[0]).contains("3 runs diverged: their curves end there."));
    assert!(words(&figures[1]).contains("they count as never solved"));
    assert!(words(&figures[2]).contains("no finished run with a finite value of test_accuracy"));
    assert_eq!(numbers(&figures[1], "solved_share", "c0"), [0.0, 0.0]);
    let huge: Vec<Record> = (0..3).map(|s| diverged(0, s, &[1.0, 1e300, -f64::MAX])).collect();
    assert_drawable(study, &huge);
}

#[test]
fn a_diverged_run_leaves_its_row_without_a_mean_and_keeps_the_other_points() {
    let mut study = study(&["BP", "delta"], 6);
    study.figures = vec![request("final")];
    let mut records = all_runs(&study);
    records[2] = diverged(0, 2, &[1.0]);
    let figure = &render(&study, &records).unwrap()[0];
    assert_eq!(figure.svg.lines().filter(|l| l.starts_with("<circle")).count(), 11);
    assert_eq!(column(figure, "value", "c0")[2], "NaN");
    let note = "1 run ended without a finite value, so its row has no mean.";
    assert!(words(figure).contains(note), "{}", words(figure));
}

#[test]
fn an_unfinished_study_says_how_much_is_there() {
    let study = study(&["BP", "delta", "CHL"], 10);
    let records: Vec<Record> = (0..7).map(|s| run(0, s)).chain([run(1, 3)]).collect();
    for figure in render(&study, &records).unwrap() {
        assert!(words(&figure).contains("partial 8/30 runs"), "{}", words(&figure));
        assert!(words(&figure).contains("No finished run yet: CHL."));
        assert!(words(&figure).contains("n = 0–7"));
    }
    let figures = assert_drawable(study, &[]);
    assert!(words(&figures[0]).contains("no finished run"));
    assert!(words(&figures[1]).contains("no run has finished yet"));
}

#[test]
fn every_figure_says_n_the_criterion_and_what_it_shows() {
    let study = study(&["BP", "delta"], 10);
    let figures = render(&study, &all_runs(&study)).unwrap();
    let shown = ["95 % log-log interval", "interquartile range", "95 % bootstrap interval"];
    for (figure, shown) in figures.iter().zip(shown) {
        for sentence in ["n = 10", "Criterion: sse < 0.1.", shown] {
            assert!(words(figure).contains(sentence), "{}: {}", figure.name, words(figure));
        }
    }
}

#[test]
fn thirty_cells_become_panels_with_shared_lines() {
    let rates = ["0.01", "0.03", "0.1", "0.3", "1"];
    let mut study = study(&["BP", "delta"], 3);
    study.axes = vec!["learner.learning_rate".to_owned(), "network.hidden".to_owned()];
    let cells = study.cells.clone();
    study.cells = Vec::new();
    for cell in &cells {
        for rate in rates {
            for hidden in ["2", "4", "8"] {
                let axes = vec![Some(rate.to_owned()), Some(hidden.to_owned())];
                let id = format!("c{}", study.cells.len());
                study.cells.push(Cell { id, axes, ..cell.clone() });
            }
        }
    }
    let records = all_runs(&study);
    let figures = assert_drawable(study, &records);
    let texts = texts(&figures[0].svg);
    for rate in rates {
        assert!(texts.contains(&format!("learning_rate = {rate}")), "{texts:?}");
    }
    assert!(texts.contains(&"delta, hidden = 8".to_owned()), "{texts:?}");
    assert_eq!(texts.iter().filter(|t| t.starts_with("BP, ")).count(), 3);
}

#[test]
fn labels_may_be_long_or_hostile() {
    let long = "a label that goes on and on ".repeat(20);
    let hostile = "<b>&\"\u{0}\u{1f}\n\u{ffff} 学習 𝛿 — \\";
    let study = study(&[&long, hostile, ""], 4);
    let records = all_runs(&study);
    let figures = assert_drawable(study, &records);
    assert!(texts(&figures[0].svg).iter().any(|t| t.starts_with("<b>&\"")));
}

#[test]
fn a_logarithmic_axis_says_where_zero_stands() {
    let mut study = study(&["BP"], 5);
    study.figures = vec![FigureRequest { log: true, ..request("learning-curve") }];
    let figure = &render(&study, &all_runs(&study)).unwrap()[0];
    assert!(words(figure).contains("Values that are not positive stand at the lower edge."));
}

#[test]
fn a_default_learning_curve_over_many_decades_is_logarithmic() {
    let study = Study { seeds: vec![1], ..study(&["BP"], 0) };
    let mut record = run(0, 1);
    record.curves[0].values =
        (0..record.curves[0].epochs.len()).map(|i| 0.01f64.powi(i as i32)).collect();
    let figures = render(&study, &[record]).unwrap();
    assert!(words(&figures[1]).contains("10⁻"), "{}", words(&figures[1]));
}

#[test]
fn conditioning_gets_associations_with_a_line_for_every_cue() {
    let mut study = study(&["RW"], 1);
    study.time = "trial".to_owned();
    study.cells[0].criterion = None;
    study.cells[0].config = serde_json::json!({ "task": { "stages": ["2 A+", "2 AB+"] } });
    study.curves = ["V(A)", "V(B)", "V(A,food)"].map(|m| metric(m, Better::Neither)).to_vec();
    let kinds: Vec<String> = default_figures(&study).into_iter().map(|r| r.kind).collect();
    assert_eq!(kinds, ["associations"]);
    let curve = |(name, values): (&str, [f64; 4])| Series {
        metric: name.to_owned(),
        epochs: vec![1, 2, 3, 4],
        values: values.to_vec(),
    };
    let curves = [
        ("V(A)", [0.1, 0.19, 0.27, 0.34]),
        ("V(B)", [0.0, 0.0, 0.08, 0.15]),
        ("V(A,food)", [0.0; 4]),
    ];
    let record = Record { curves: curves.map(curve).to_vec(), ..run(0, 0) };
    let records = [record];
    assert_drawable(study.clone(), &records);
    let figure = &render(&study, &records).unwrap()[0];
    let texts = texts(&figure.svg);
    for expected in ["trial", "V(A)", "V(B)", "V(A,food)", "2 A+", "2 AB+"] {
        assert!(texts.iter().any(|t| t == expected), "{expected} is not in {texts:?}");
    }
    let (x, y): (Vec<f64>, Vec<f64>) = line(&figure.svg, BLUE).into_iter().unzip();
    assert_affine(&x, &[1.0, 2.0, 3.0, 4.0]);
    assert_affine(&y, &[0.1, 0.19, 0.27, 0.34]);
    assert!(String::from_utf8_lossy(&figure.csv).contains("\"V(A,food)\""));
}

#[test]
fn the_default_figures_follow_what_was_recorded() {
    let kinds = |study: &Study| -> Vec<String> {
        default_figures(study).into_iter().map(|r| r.kind).collect()
    };
    let mut study = study(&["BP"], 1);
    assert_eq!(kinds(&study), ["survival", "learning-curve", "final"]);
    study.cells[0].criterion = None;
    assert_eq!(kinds(&study), ["learning-curve", "final"]);
    study.curves.clear();
    study.finals.clear();
    assert!(kinds(&study).is_empty());
}

#[test]
fn what_does_not_exist_is_named_with_what_does() {
    let message = |request: FigureRequest| {
        let study = Study { figures: vec![request], ..study(&["BP"], 1) };
        render(&study, &[]).unwrap_err().to_string()
    };
    assert_eq!(
        message(request("survivel")),
        "figure 1: unknown kind \"survivel\"; expected one of learning-curve, survival, final, grid, angle, layers, profile, associations, network"
    );
    let metric = FigureRequest { metric: "see".to_owned(), ..request("learning-curve") };
    assert_eq!(message(metric), "figure 1: no metric \"see\" for learning-curve; recorded: sse");
    let facet = FigureRequest { facet: "hidden".to_owned(), ..request("final") };
    assert_eq!(message(facet), "figure 1: no axis \"hidden\" to facet by; expected one of learner");
    let name = FigureRequest { name: "../x".to_owned(), ..request("final") };
    assert_eq!(
        message(name),
        "figure 1: \"../x\" is no file name: use letters, digits, `-`, `_` and `.`"
    );
}

#[test]
fn names_are_the_ones_asked_for_or_numbered() {
    let mut study = study(&["BP"], 1);
    let named = FigureRequest { name: "mine".to_owned(), ..request("final") };
    study.figures = vec![request("survival"), request("survival"), named.clone()];
    let names: Vec<String> = render(&study, &[]).unwrap().into_iter().map(|f| f.name).collect();
    assert_eq!(names, ["survival", "survival-2", "mine"]);
    study.figures.push(named);
    assert!(matches!(render(&study, &[]), Err(Error::TakenName { number: 4, .. })));
}

#[test]
fn draw_writes_svg_png_and_csv_of_every_figure() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("figures");
    let study = study(&["BP"], 5);
    let records = all_runs(&study);
    let paths = draw(&study, &records, &out).unwrap();
    let figures = render(&study, &records).unwrap();
    assert_eq!(paths.len(), 9);
    for (paths, figure) in paths.chunks(3).zip(&figures) {
        assert_eq!(std::fs::read(&paths[0]).unwrap(), figure.svg.as_bytes());
        assert_eq!(std::fs::read(&paths[1]).unwrap(), png(&figure.svg).unwrap());
        assert_eq!(std::fs::read(&paths[2]).unwrap(), figure.csv);
    }
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 9, "no temporary file is left");
    assert_eq!(draw(&study, &records, &out).unwrap(), paths);
}

#[test]
fn figures_that_are_no_longer_asked_for_are_cleared_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    let mut study = study(&["BP"], 5);
    let records = all_runs(&study);
    draw(&study, &records, out).unwrap();
    std::fs::write(out.join("notes.csv"), "mine").unwrap();
    for extension in ["svg", "png", "csv"] {
        std::fs::write(out.join(format!("mine.{extension}")), "<?xml?>\n<svg>").unwrap();
    }
    study.figures = vec![request("survival")];
    let paths = draw(&study, &records, out).unwrap();
    let cleared = deltalab_figures::clear(out, &paths).unwrap();
    assert_eq!(cleared, ["final-test_accuracy", "learning-curve-sse"]);
    let mut left: Vec<String> = std::fs::read_dir(out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    let expected = ["mine.csv", "mine.png", "mine.svg", "notes.csv"].map(str::to_owned);
    assert_eq!(
        left,
        [&expected[..], &["survival.csv", "survival.png", "survival.svg"].map(str::to_owned)]
            .concat()
    );
    assert_eq!(deltalab_figures::clear(out, &paths).unwrap(), [""; 0]);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let out = file.join("figures");
    match draw(&study(&["BP"], 1), &[], &out) {
        Err(Error::Write { path, .. }) => assert_eq!(path, out),
        other => panic!("expected a write error, got {other:?}"),
    }
}
