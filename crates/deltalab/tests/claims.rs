//! What the pages say of the results is what the committed rows hold.
//!
//! `experiments/claims/*.toml` lists the claims of README.md and experiments/README.md. A claim quotes the page
//! (`says`), names the file of rows, and for each number the row (`where`: the values of enough columns to pick one) and
//! the column. It may also state an order of rows, or that an interval leaves zero out. Every interval `[a, b]` and every
//! `N of M` on the pages must be claimed.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;

const PAGES: [&str; 2] = ["README.md", "experiments/README.md"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    claim: Vec<Claim>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Claim {
    page: String,
    /// Stands in the page, but for line breaks.
    says: String,
    /// A CSV below the root of the repository.
    file: String,
    #[serde(default)]
    values: Vec<Value>,
    #[serde(default)]
    order: Vec<Order>,
    #[serde(default)]
    excludes_zero: Vec<Row>,
    #[serde(default)]
    includes_zero: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Value {
    #[serde(rename = "where")]
    row: Selection,
    column: String,
    /// As the page prints it: rounded to its digits, or a word.
    shown: Option<String>,
    at_least: Option<f64>,
    at_most: Option<f64>,
}

/// Rows whose values of a column ascend; a row where it is missing (a median never reached) comes last.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    column: String,
    ascending: Vec<Selection>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(rename = "where")]
    row: Selection,
}

type Selection = BTreeMap<String, String>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn claims() -> Vec<Claim> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(root().join("experiments/claims"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    let read = |path: &PathBuf| -> Vec<Claim> {
        let text = std::fs::read_to_string(path).unwrap();
        toml::from_str::<Claims>(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
            .claim
    };
    files.iter().flat_map(read).collect()
}

/// A page as paragraphs, rows of tables and items of lists, each on one line.
fn blocks(page: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(page)).unwrap();
    let mut blocks = vec![String::new()];
    let mut code = false;
    for line in text.lines() {
        code ^= line.starts_with("```");
        if code
            || line.trim().is_empty()
            || line.starts_with(['|', '#', '!', '*'])
            || line.starts_with("```")
        {
            blocks.push(String::new());
        }
        if !code {
            let block = blocks.last_mut().expect("there is always one");
            block.push_str(line.trim());
            block.push(' ');
        }
    }
    blocks.retain(|block| !block.trim().is_empty());
    blocks
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The one row that a selection picks, as column -> text.
fn row(file: &str, selection: &Selection) -> Result<BTreeMap<String, String>, String> {
    let mut reader =
        csv::Reader::from_path(root().join(file)).map_err(|error| format!("{file}: {error}"))?;
    let columns = reader.headers().map_err(|error| error.to_string())?.clone();
    if let Some(unknown) =
        selection.keys().find(|name| !columns.iter().any(|column| column == name.as_str()))
    {
        return Err(format!("{file} has no column {unknown:?}"));
    }
    let rows = reader.records().map(|record| {
        let record = record.expect("committed CSV is well formed");
        columns
            .iter()
            .map(str::to_owned)
            .zip(record.iter().map(str::to_owned))
            .collect::<BTreeMap<_, _>>()
    });
    let mut found: Vec<_> =
        rows.filter(|row| selection.iter().all(|(column, value)| row[column] == *value)).collect();
    match found.len() {
        1 => Ok(found.remove(0)),
        count => Err(format!("{file}: {count} rows have {selection:?}, expected one")),
    }
}

fn cell(row: &BTreeMap<String, String>, column: &str) -> Result<f64, String> {
    let text = row.get(column).ok_or_else(|| format!("no column {column:?}"))?;
    if text.is_empty() {
        Ok(f64::INFINITY)
    } else {
        text.parse().map_err(|_| format!("{column}: {text:?} is no number"))
    }
}

/// Whether `value` is printed as `shown`: within half a unit of the last digit shown.
fn prints(value: f64, shown: &str, row: &BTreeMap<String, String>) -> Result<bool, String> {
    const WORDS: [&str; 13] = [
        "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ];
    if shown == "all" {
        return Ok(value == cell(row, "n")?);
    }
    if let Some(number) = WORDS.iter().position(|word| *word == shown) {
        return Ok(value == number as f64);
    }
    let plain = shown.replace(',', "").replace('−', "-");
    let number: f64 = plain.parse().map_err(|_| format!("{shown:?} is no number"))?;
    let decimals = plain.split_once('.').map_or(0, |(_, after)| after.len() as i32);
    let half = 0.5 * 10f64.powi(-decimals);
    Ok((value - number).abs() <= half * (1.0 + 1e-9))
}

fn check(claim: &Claim) -> Result<(), String> {
    let says = words(&claim.says);
    let pages = blocks(&claim.page);
    let block = pages
        .iter()
        .find(|block| words(block).contains(&says))
        .ok_or("the page does not say so")?;
    let link = if claim.page.contains('/') {
        format!("](../{})", claim.file)
    } else {
        format!("]({})", claim.file)
    };
    if !block.contains(&link) {
        return Err(format!("the paragraph has no link {link} to the rows"));
    }
    for value in &claim.values {
        let row = row(&claim.file, &value.row)?;
        let number = cell(&row, &value.column)?;
        if let Some(shown) = &value.shown {
            if !says.contains(shown.as_str()) {
                return Err(format!("{shown:?} is not in what it says"));
            }
            if !prints(number, shown, &row)? {
                return Err(format!(
                    "{:?} {} is {number}, shown as {shown}",
                    value.row, value.column
                ));
            }
        }
        if value.at_least.is_some_and(|least| number < least)
            || value.at_most.is_some_and(|most| number > most)
        {
            return Err(format!("{:?} {} is {number}", value.row, value.column));
        }
        if value.shown.is_none() && value.at_least.is_none() && value.at_most.is_none() {
            return Err(format!("{:?} {}: nothing is claimed of it", value.row, value.column));
        }
    }
    for order in &claim.order {
        let numbers = order
            .ascending
            .iter()
            .map(|selection| cell(&row(&claim.file, selection)?, &order.column))
            .collect::<Result<Vec<_>, _>>()?;
        if !numbers.is_sorted_by(|a, b| a < b) {
            return Err(format!("{}: {numbers:?} do not ascend", order.column));
        }
    }
    for (rows, excluded) in [(&claim.excludes_zero, true), (&claim.includes_zero, false)] {
        for Row { row: selection } in rows {
            let row = row(&claim.file, selection)?;
            let (low, high) = (cell(&row, "low")?, cell(&row, "high")?);
            if (low > 0.0 || high < 0.0) != excluded {
                return Err(format!("{selection:?}: [{low}, {high}]"));
            }
        }
    }
    Ok(())
}

/// Where a text states an interval, `[a, b]`, or a count, `N of M`.
fn statements(block: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (start, _) in block.match_indices('[') {
        let Some(length) = block[start..].find(']') else { continue };
        let inside = &block[start + 1..start + length];
        let bounds: Vec<_> = inside.split(", ").collect();
        let number = |text: &&str| {
            text.replace(',', "").replace('−', "-").parse::<f64>().is_ok() || *text == "∞"
        };
        if bounds.len() == 2 && bounds.iter().all(number) {
            found.push(start..start + length + 1);
        }
    }
    for (start, of) in block.match_indices(" of ") {
        let before =
            block[..start].rsplit(|c: char| !(c.is_ascii_digit() || c == ',')).next().unwrap_or("");
        let after: String = block[start + of.len()..]
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == ',')
            .collect();
        if before.chars().any(|c| c.is_ascii_digit()) && after.chars().any(|c| c.is_ascii_digit()) {
            found.push(start - before.len()..start + of.len() + after.trim_end_matches(',').len());
        }
    }
    found
}

#[test]
fn every_claim_of_the_pages_is_what_its_rows_hold() {
    let claims = claims();
    assert!(!claims.is_empty());
    let wrong: Vec<String> = claims
        .iter()
        .filter_map(|claim| {
            Some(format!("{}: {:?}\n    {}", claim.page, claim.says, check(claim).err()?))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} claims do not hold:\n{}",
        wrong.len(),
        claims.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_interval_and_every_count_on_the_pages_is_claimed() {
    let claims = claims();
    let mut open = Vec::new();
    for page in PAGES {
        for block in blocks(page) {
            let block = words(&block);
            let claimed: Vec<Range<usize>> = claims
                .iter()
                .filter(|claim| claim.page == page)
                .map(|claim| words(&claim.says))
                .flat_map(|says| {
                    block
                        .match_indices(&says)
                        .map(|(at, _)| at..at + says.len())
                        .collect::<Vec<_>>()
                })
                .collect();
            for statement in statements(&block) {
                if !claimed
                    .iter()
                    .any(|claim| claim.start <= statement.start && statement.end <= claim.end)
                {
                    open.push(format!("{page}: {:?} in {block:?}", &block[statement]));
                }
            }
        }
    }
    assert!(open.is_empty(), "{} statements are not claimed:\n{}", open.len(), open.join("\n"));
}

#[test]
fn a_claim_that_does_not_hold_is_found() {
    let row = BTreeMap::from([
        ("n".to_owned(), "100".to_owned()),
        ("solved".to_owned(), "96".to_owned()),
    ]);
    assert_eq!(prints(96.0, "96", &row), Ok(true));
    assert_eq!(prints(96.0, "all", &row), Ok(false));
    assert_eq!(prints(0.9765, "0.98", &row), Ok(true));
    assert_eq!(prints(0.9765, "0.97", &row), Ok(false));
    assert_eq!(prints(1242.0, "1,242", &row), Ok(true));
    assert_eq!(prints(1242.6, "1,242", &row), Ok(false));
    let text = "46 epochs [45, 48], 86 of 100 runs, [rows](a.csv), one of 3, [0.1, ∞]";
    let found: Vec<&str> = statements(text).into_iter().map(|range| &text[range]).collect();
    assert_eq!(found, ["[45, 48]", "[0.1, ∞]", "86 of 100"]);
}
