//! Tables as text: columns two spaces apart, numbers to the right.

use super::terminal::{BOLD, styled};

/// Where a column's entries stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table with a heading for each column.
#[derive(Clone, Debug, Default)]
pub struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Without columns and rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a column to the right: a heading and its entries, top to bottom.
    pub fn column(
        &mut self,
        heading: &str,
        align: Align,
        entries: impl IntoIterator<Item = String>,
    ) {
        self.columns.push((heading.to_string(), align));
        for (row, entry) in entries.into_iter().enumerate() {
            if self.rows.len() <= row {
                self.rows.resize(row + 1, Vec::new());
            }
            self.rows[row].push(entry);
        }
    }

    /// Characters of the widest line.
    pub fn width(&self) -> usize {
        self.widths().iter().map(|width| width + GAP.len()).sum::<usize>().saturating_sub(GAP.len())
    }

    /// The lines, of rows at most `most`: where there are more, a line in their middle says how many are left out.
    pub fn lines(&self, most: usize) -> Vec<String> {
        let widths = self.widths();
        let line = |entries: &mut dyn Iterator<Item = &String>| {
            let entries =
                entries.zip(&widths).zip(&self.columns).map(|((entry, &width), (_, align))| {
                    let space = " ".repeat(width - entry.chars().count());
                    match align {
                        Align::Left => entry.clone() + &space,
                        Align::Right => space + entry,
                    }
                });
            entries.collect::<Vec<_>>().join(GAP).trim_end().to_string()
        };
        let mut lines = Vec::new();
        if self.columns.iter().any(|(heading, _)| !heading.is_empty()) {
            lines.push(styled(BOLD, line(&mut self.columns.iter().map(|(heading, _)| heading))));
        }
        let left_out = self.rows.len().saturating_sub(most);
        let first = if left_out > 0 { most - most / 3 } else { self.rows.len() };
        for (index, row) in self.rows.iter().enumerate() {
            if index == first {
                lines.push(format!("… {left_out} more …"));
            }
            if !(first..first + left_out).contains(&index) {
                lines.push(line(&mut row.iter()));
            }
        }
        lines
    }

    fn widths(&self) -> Vec<usize> {
        let of_column = |index: usize| {
            let entries = self.rows.iter().filter_map(|row| row.get(index));
            let entries = entries.chain([&self.columns[index].0]);
            entries.map(|entry| entry.chars().count()).max().unwrap_or(0)
        };
        (0..self.columns.len()).map(of_column).collect()
    }
}

const GAP: &str = "  ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_left_and_numbers_right_and_no_line_ends_in_a_space() {
        let mut table = Table::new();
        table.column("rule", Align::Left, ["δ", "backprop"].map(String::from));
        table.column("n", Align::Right, ["7", "1000"].map(String::from));
        table.column("note", Align::Left, ["", "β"].map(String::from));
        let lines: Vec<_> = table
            .lines(9)
            .iter()
            .map(|line| anstream::adapter::strip_str(line).to_string())
            .collect();
        assert_eq!(lines, ["rule         n  note", "δ            7", "backprop  1000  β"]);
        assert_eq!(table.width(), 20);
    }

    #[test]
    fn a_long_table_says_how_many_rows_it_leaves_out() {
        let mut table = Table::new();
        table.column("", Align::Right, (0..100).map(|n| n.to_string()));
        let lines = table.lines(6);
        assert_eq!(lines, [" 0", " 1", " 2", " 3", "… 94 more …", "98", "99"]);
        assert_eq!(table.lines(100).len(), 100);
    }
}
