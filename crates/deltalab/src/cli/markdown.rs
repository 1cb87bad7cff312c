//! The Markdown of headers of source files, for a terminal: headings bold, tables aligned, paragraphs wrapped, marks gone.

use super::table::{Align, Table};
use super::terminal::{BOLD, NAME, styled};
use super::words::wrapped;
use anstyle::Style;

/// Renders it.
pub fn render(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with('|') {
            let mut rows = vec![line];
            while let Some(row) = lines.next_if(|line| line.starts_with('|')) {
                rows.push(row);
            }
            out.extend(table(&rows).into_iter().map(|line| format!("  {line}")));
        } else if line.starts_with("```") {
            out.extend(
                lines
                    .by_ref()
                    .take_while(|line| !line.starts_with("```"))
                    .map(|line| format!("    {line}")),
            );
        } else if let Some(heading) = line.strip_prefix('#') {
            out.push(styled(BOLD, plain(heading.trim_start_matches('#').trim())));
        } else if line.trim().is_empty() {
            out.push(String::new());
        } else {
            let (mark, indent, first) =
                match line.strip_prefix("* ").or_else(|| line.strip_prefix("- ")) {
                    Some(item) => ("• ", "  ", item),
                    None => ("", "", line),
                };
            let mut block = first.to_string();
            while let Some(more) = lines.next_if(|line| !begins_block(line)) {
                block = block + " " + more.trim();
            }
            out.push(format!("{mark}{}", marked(&wrapped(&linked(&block), indent))));
        }
    }
    out.join("\n").trim_matches('\n').to_string() + "\n"
}

/// Whether a line starts something new: an item, a table, a heading, or, empty, a paragraph.
pub fn begins_block(line: &str) -> bool {
    let trimmed = line.trim();
    trimmed.is_empty() || ["* ", "- ", "|", "#", "```"].iter().any(|mark| line.starts_with(mark))
}

fn table(rows: &[&str]) -> Vec<String> {
    let rows = rows.iter().filter(|row| !row.trim_matches(['|', '-', ':', ' ']).is_empty());
    let entries: Vec<Vec<String>> = rows.map(|row| cells(row)).collect();
    let columns = entries.iter().map(Vec::len).max().unwrap_or(0);
    let mut table = Table::new();
    for column in 0..columns {
        let entry = |row: &Vec<String>| row.get(column).cloned().unwrap_or_default();
        table.column(
            &entries.first().map(entry).unwrap_or_default(),
            Align::Left,
            entries.iter().skip(1).map(entry),
        );
    }
    table.lines(usize::MAX)
}

/// The entries of a row; `\|` is a bar inside one.
fn cells(row: &str) -> Vec<String> {
    let bar = "\u{0}";
    let row = row.replace(r"\|", bar);
    let row = row.trim().trim_start_matches('|');
    row.strip_suffix('|')
        .unwrap_or(row)
        .split('|')
        .map(|cell| plain(cell.trim()).replace(bar, "|"))
        .collect()
}

/// Without marks.
fn plain(text: &str) -> String {
    linked(text).replace(['`'], "").replace("**", "")
}

/// `[text](target)` and [`text`] as the text alone.
fn linked(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let close = after.find(']');
        let link = close.and_then(|close| {
            let (inside, behind) = (&after[..close], &after[close + 1..]);
            match behind.strip_prefix('(').and_then(|target| target.split_once(')')) {
                Some((_, behind)) => Some((inside, behind)),
                None => (inside.starts_with('`') && inside.ends_with('`') && inside.len() > 1)
                    .then_some((inside, behind)),
            }
        });
        out += before;
        match link {
            Some((inside, behind)) => {
                out += inside;
                rest = behind;
            }
            None => {
                out.push('[');
                rest = after;
            }
        }
    }
    out + rest
}

/// Code and bold as styles. A span may go over the end of a line.
fn marked(text: &str) -> String {
    let bold = styles(text, "**", BOLD);
    styles(&bold, "`", NAME)
}

fn styles(text: &str, mark: &str, style: Style) -> String {
    let parts: Vec<_> = text.split(mark).collect();
    let closed = parts.len() / 2 * 2; // an odd mark at the end is no mark
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        out += &match index {
            _ if index % 2 == 1 && index < closed && index + 1 < parts.len() => styled(style, part),
            _ if index % 2 == 1 => format!("{mark}{part}"),
            _ => part.to_string(),
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        anstream::adapter::strip_str(&render(text)).to_string()
    }

    #[test]
    fn tables_align_and_lists_hang() {
        let text = "# Rule: one\n\nIt *is* `x y` [here](there.rs).\nAnd on.\n\n| `a` | b |\n|--|--|\n| long one | x \\| y |\n\n* one\n  and two\n* three";
        let expected = "Rule: one\n\nIt *is* x y here. And on.\n\n  a         b\n  long one  x | y\n\n• one and two\n• three\n";
        assert_eq!(read(text), expected);
    }

    #[test]
    fn brackets_that_are_no_links_stay() {
        assert_eq!(
            read("w[i][j] and [0, 1] and [`Link`] and a `lone"),
            "w[i][j] and [0, 1] and Link and a `lone\n"
        );
    }

    #[test]
    fn code_blocks_keep_their_lines() {
        assert_eq!(read("```text\na  b\n   c\n```\nafter"), "    a  b\n       c\nafter\n");
    }
}
