//! Pieces of HTML: escaped text, links that hold a file, tables that can be sorted.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Text, safe between tags and in a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            // what no page may hold
            c if c.is_control() && !matches!(c, '\n' | '\t') => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

/// Largest file that a page holds, in bytes; a larger one is named only.
pub const LARGEST: usize = 4 << 20;

/// A link that saves `bytes` as `file`; its name alone where that is too large.
pub fn download(file: &str, text: &str, mime: &str, bytes: &[u8]) -> String {
    if bytes.len() > LARGEST {
        let megabytes = bytes.len() >> 20;
        return format!(
            "{} ({megabytes} MB: too large for this page, see the folder)",
            escape(file)
        );
    }
    format!(
        "<a download=\"{}\" href=\"data:{mime};charset=utf-8;base64,{}\">{}</a>",
        escape(file),
        STANDARD.encode(bytes),
        escape(text)
    )
}

/// How a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A cell of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    text: String,
    interval: String,
    number: Option<f64>,
    soft: bool,
}

impl Entry {
    /// Words, sorted as words.
    pub fn text(text: impl Into<String>) -> Self {
        Entry { text: text.into(), ..Entry::default() }
    }

    /// A number, sorted by its value.
    pub fn number(value: f64, text: impl Into<String>) -> Self {
        let text = typeset(&text.into());
        Entry { text, number: Some(value), ..Entry::default() }
    }

    /// With an interval behind it.
    pub fn with(self, interval: impl Into<String>) -> Self {
        Entry { interval: typeset(&interval.into()), ..self }
    }

    fn is_paired(&self) -> bool {
        !self.interval.is_empty()
    }

    /// Less prominent.
    pub fn soft(self) -> Self {
        Entry { soft: true, ..self }
    }
}

/// A table that can be sorted by each of its columns.
#[derive(Clone, Debug, Default)]
pub struct Table {
    caption: String,
    columns: Vec<(String, String, Align)>,
    rows: Vec<Vec<Entry>>,
}

impl Table {
    /// An empty one; `caption` says what it shows.
    pub fn new(caption: &str) -> Self {
        Table { caption: caption.to_owned(), ..Table::default() }
    }

    /// Adds a column to the right; `meaning` is shown on hovering.
    pub fn column(&mut self, name: &str, meaning: &str, align: Align) {
        self.columns.push((name.to_owned(), meaning.to_owned(), align));
    }

    /// Adds a row.
    pub fn row(&mut self, entries: Vec<Entry>) {
        self.rows.push(entries);
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// As HTML.
    pub fn html(&self) -> String {
        let paired: Vec<bool> = (0..self.columns.len())
            .map(|place| self.rows.iter().any(|row| row.get(place).is_some_and(Entry::is_paired)))
            .collect();
        let mut html = format!(
            "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\">\n<table class=\"sortable\">\n<caption>{0}</caption>\n<thead><tr>",
            escape(&self.caption)
        );
        let mut first = 0; // place of the column's first cell in a row
        for ((name, meaning, align), &paired) in self.columns.iter().zip(&paired) {
            let title = match meaning.is_empty() {
                true => String::new(),
                false => format!(" title=\"{}\"", escape(meaning)),
            };
            let shape = match (paired, align) {
                (true, _) => " colspan=\"2\" class=\"p\"",
                (false, Align::Right) => " class=\"n\"",
                (false, Align::Left) => "",
            };
            html += &format!(
                "<th scope=\"col\" aria-sort=\"none\" data-c=\"{first}\"{shape}><button type=\"button\"{title}>{}</button></th>",
                escape(name)
            );
            first += if paired { 2 } else { 1 };
        }
        html += "</tr></thead>\n<tbody>\n";
        for row in &self.rows {
            html += "<tr>";
            for (place, (entry, (_, _, align))) in row.iter().zip(&self.columns).enumerate() {
                let (tag, scope) = if place == 0 { ("th", " scope=\"row\"") } else { ("td", "") };
                let mut classes = Vec::new();
                classes.extend((*align == Align::Right).then_some("n"));
                classes.extend(paired[place].then_some("v"));
                classes.extend(entry.soft.then_some("soft"));
                let class = match classes.is_empty() {
                    true => String::new(),
                    false => format!(" class=\"{}\"", classes.join(" ")),
                };
                let value = entry.number.map(|value| format!(" data-v=\"{value:?}\""));
                let value = value.unwrap_or_default();
                html += &format!("<{tag}{scope}{class}{value}>{}</{tag}>", escape(&entry.text));
                if paired[place] {
                    html += &format!("<td class=\"ci\">{}</td>", escape(&entry.interval));
                }
            }
            html += "</tr>\n";
        }
        html + "</tbody>\n</table>\n</div>\n"
    }
}

/// Numbers as they are printed: a minus is a minus, and `2e-9` is 2 × 10⁻⁹.
pub fn typeset(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        let last = out.chars().next_back();
        let after_digit = last.is_some_and(|c| c.is_ascii_digit());
        let in_word = last.is_some_and(char::is_alphanumeric);
        match c {
            'e' if after_digit && exponent(rest) > 0 => {
                let (digits, tail) = rest.split_at(exponent(rest));
                out += "\u{a0}×\u{a0}10";
                out.extend(digits.chars().map(raised));
                rest = tail;
            }
            '-' if rest.starts_with(|c: char| c.is_ascii_digit()) && !in_word => out.push('−'),
            c => out.push(c),
        }
    }
    out
}

/// Bytes of the exponent that a text begins with.
fn exponent(text: &str) -> usize {
    let sign = usize::from(text.starts_with('-'));
    let digits = text[sign..].bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 { sign + digits } else { 0 }
}

fn raised(c: char) -> char {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    c.to_digit(10).map_or('⁻', |digit| DIGITS[digit as usize])
}

/// A paragraph.
pub fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n", escape(text))
}

/// `1234567` as `1,234,567`.
pub fn count(n: usize) -> String {
    let digits = n.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group));
    groups.collect::<Vec<_>>().join(",")
}

/// `1 run`, `2 runs`.
pub fn counted(n: usize, noun: &str) -> String {
    format!("{} {noun}{}", count(n), if n == 1 { "" } else { "s" })
}

/// Seeds in order, neighbours as a range: `0–29, 31, 40–44`.
pub fn ranges(seeds: &[u64]) -> String {
    let mut sorted = seeds.to_vec();
    sorted.sort_unstable();
    let runs = sorted.chunk_by(|a, b| a + 1 == *b);
    let text = runs.map(|run| match run {
        [one] => one.to_string(),
        [first, second] => format!("{first}, {second}"),
        _ => format!("{}–{}", run[0], run[run.len() - 1]),
    });
    text.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_can_end_it() {
        let hostile = "</script><img src=x onerror='a'>\"&\u{0}";
        let safe = escape(hostile);
        assert!(!safe.contains(['<', '>', '"', '\'', '\u{0}']), "{safe}");
        assert_eq!(escape("a & b"), "a &amp; b");
    }

    #[test]
    fn numbers_are_set_and_words_are_left() {
        let nbsp = |text: &str| text.replace('_', "\u{a0}");
        assert_eq!(typeset("[-3.1e-5, 2e12]"), nbsp("[−3.1_×_10⁻⁵, 2_×_10¹²]"));
        for words in ["8-3-8", "one-hot", "2e", "e-3", "(p = 1 after Holm)", "3em"] {
            assert_eq!(typeset(words), words);
        }
    }

    #[test]
    fn neighbouring_seeds_are_a_range() {
        assert_eq!(ranges(&[3, 0, 1, 2, 7, 9, 10]), "0–3, 7, 9, 10");
        assert_eq!(ranges(&[]), "");
    }
}
