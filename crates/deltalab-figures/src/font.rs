//! The embedded font: the widths that the layout needs, and the bytes from which the PNG is made.
//!
//! DejaVu Sans 2.37, cut down to Latin, Greek, superscripts, arrows, signs and shapes: `fonts/LICENSE-DejaVu.txt`.

use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider, charmap::Charmap};

/// The font file.
pub(crate) const BYTES: &[u8] = include_bytes!("../fonts/DejaVuSans-subset.ttf");

/// Measures text.
pub(crate) struct Font {
    glyphs: Charmap<'static>,
    /// In units of the font.
    metrics: GlyphMetrics<'static>,
    /// Units of the font in one em.
    em: f64,
}

impl Font {
    /// The embedded font.
    pub fn embedded() -> Self {
        let font = FontRef::new(BYTES).expect("the embedded font is a font");
        let (size, at) = (Size::unscaled(), LocationRef::default());
        Font {
            glyphs: font.charmap(),
            metrics: font.glyph_metrics(size, at),
            em: f64::from(font.metrics(size, at).units_per_em),
        }
    }

    /// Width of `text` in pixels at `size` pixels per em, without kerning. A character that the font lacks counts as one em.
    pub fn width(&self, text: &str, size: f64) -> f64 {
        let advance = |c: char| {
            let glyph = self.glyphs.map(c);
            glyph.and_then(|g| self.metrics.advance_width(g)).map_or(self.em, f64::from)
        };
        text.chars().map(advance).sum::<f64>() * size / self.em
    }

    /// `text`, or as much of its beginning as fits into `width` with `…` at the end.
    pub fn ellipsis(&self, text: &str, size: f64, width: f64) -> String {
        if self.width(text, size) <= width {
            return text.to_owned();
        }
        let mut kept = String::new();
        for c in text.chars() {
            kept.push(c);
            if self.width(&kept, size) + self.width("…", size) > width {
                kept.pop();
                break;
            }
        }
        format!("{}…", kept.trim_end())
    }

    /// `text` in lines of at most `width`, broken at spaces; a word that is too long ends in `…`.
    pub fn wrap(&self, text: &str, size: f64, width: f64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split(' ').filter(|w| !w.is_empty()) {
            let word = self.ellipsis(word, size, width);
            match lines.last_mut() {
                Some(line) if self.width(&format!("{line} {word}"), size) <= width => {
                    line.push(' ');
                    line.push_str(&word);
                }
                _ => lines.push(word),
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_636_thousandths_of_an_em_wide() {
        // DejaVu Sans: advance 1303 of 2048 units for every digit.
        let width = Font::embedded().width("0123456789", 100.0);
        assert!((width - 10.0 * 100.0 * 1303.0 / 2048.0).abs() < 1e-9, "{width}"); // rounding only
    }

    #[test]
    fn the_font_has_every_sign_that_figures_use() {
        let font = Font::embedded();
        for c in "0¹²³⁴⁵⁶⁷⁸⁹⁰⁻×−±≤≥·–…%λεδΔημσ()[]=<>→αβγ\u{2009}".chars()
        {
            assert!(font.glyphs.map(c).is_some(), "{c:?} is missing");
        }
    }

    #[test]
    fn wrapped_lines_fit_and_lose_no_word() {
        let font = Font::embedded();
        let text =
            "Runs that stopped early hold their last value; the band is the interquartile range";
        let lines = font.wrap(text, 14.0, 200.0);
        assert!(lines.len() > 2 && lines.iter().all(|l| font.width(l, 14.0) <= 200.0));
        assert_eq!(lines.join(" "), text);
    }

    #[test]
    fn a_long_word_ends_in_an_ellipsis_and_fits() {
        let font = Font::embedded();
        let cut = font.ellipsis(&"w".repeat(500), 14.0, 100.0);
        assert!(cut.ends_with('…') && font.width(&cut, 14.0) <= 100.0, "{cut}");
    }
}
