//! From a study and its records to figures, and to files.

use std::fs;
use std::path::{Path, PathBuf};

use deltalab_results::{FigureRequest, Record, Runs, Study, Traced};

use crate::canvas::FONT_FAMILY;
use crate::diagram;
use crate::error::Error;
use crate::font::Font;
use crate::kinds::{self, KINDS, Picture, Scene};
use crate::paint;
use crate::png::png;

/// A figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// File stem.
    pub name: String,
    /// The picture. Text is text, in DejaVu Sans or what the viewer has instead.
    pub svg: String,
    /// The numbers that are shown, as CSV.
    pub csv: Vec<u8>,
}

/// Makes the figures of a study, or the usual ones if it asks for none (see [`default_figures`]).
///
/// Missing records are no error: what is there is shown, and the caption says `partial n/N runs`. The result depends on nothing
/// but the arguments. Fails if the study asks for a kind, metric, facet or name that does not exist.
///
/// `traces` are those that the folder keeps; figures of kind `network` show what is there.
pub fn render(study: &Study, records: &[Record], traces: &[Traced]) -> Result<Vec<Figure>, Error> {
    let runs = Runs::new(study, records);
    let usual;
    let requests = if study.figures.is_empty() {
        usual = suited(default_figures(study), &runs);
        &usual
    } else {
        &study.figures
    };
    let font = Font::embedded();
    let mut figures: Vec<Figure> = Vec::with_capacity(requests.len());
    for (i, request) in requests.iter().enumerate() {
        let number = i + 1;
        let kind = kinds::ALL.iter().find(|k| k.name == request.kind);
        let kind = kind.ok_or_else(|| Error::UnknownKind {
            number,
            kind: request.kind.clone(),
            known: KINDS,
        })?;
        let drawing = (kind.make)(&Scene { study, runs: &runs, traces, request, number })?;
        let name = name(request, &drawing.stem, number, &figures)?;
        let svg = match drawing.picture {
            Picture::Chart(mut chart) => {
                chart.caption.extend(chart.note_on_the_edge());
                paint::svg(&chart, &font)
            }
            Picture::Diagram(diagram) => diagram::svg(&diagram, &font),
        };
        figures.push(Figure { name, svg, csv: drawing.table.csv()? });
    }
    Ok(figures)
}

/// The default figures with the scale that the data ask for: logarithmic for a learning curve over more than three decades.
fn suited(mut requests: Vec<FigureRequest>, runs: &Runs<'_>) -> Vec<FigureRequest> {
    for request in requests.iter_mut().filter(|r| r.kind == kinds::learning_curve::KIND.name) {
        request.log = kinds::learning_curve::needs_log(runs);
    }
    requests
}

/// Makes the figures as [`render`] does and writes `NAME.svg`, `NAME.png` and `NAME.csv` of each into the folder `out`, which is made
/// if it is not there. Returns the paths, in that order.
///
/// Each file is written under a temporary name first, so that it is never seen half done, and left alone if it holds these bytes already.
pub fn draw(
    study: &Study,
    records: &[Record],
    traces: &[Traced],
    out: &Path,
) -> Result<Vec<PathBuf>, Error> {
    let figures = render(study, records, traces)?;
    fs::create_dir_all(out).map_err(|source| Error::Write { path: out.to_owned(), source })?;
    let mut paths = Vec::with_capacity(3 * figures.len());
    for figure in figures {
        let picture = png(&figure.svg)?;
        for (extension, bytes) in
            [("svg", figure.svg.as_bytes()), ("png", &picture), ("csv", &figure.csv)]
        {
            let path = out.join(format!("{}.{extension}", figure.name));
            write(&path, bytes).map_err(|source| Error::Write { path: path.clone(), source })?;
            paths.push(path);
        }
    }
    Ok(paths)
}

/// Removes the figures of an earlier spec from the folder `out`: every NAME.svg that this crate drew, with the NAME.png and NAME.csv
/// beside it, unless it is one of `kept` ([`draw`]'s paths). Whatever else is there stays. Returns their names, in order.
///
/// # Errors
/// [`Error::Write`] for a file that cannot be removed.
pub fn clear(out: &Path, kept: &[PathBuf]) -> Result<Vec<String>, Error> {
    let error = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Write { path, source }
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(out).map_err(error(out))? {
        let path = entry.map_err(error(out))?.path();
        let of_figure = ["svg", "png", "csv"].map(|extension| path.with_extension(extension));
        let is_svg = path.extension().is_some_and(|extension| extension == "svg");
        if is_svg
            && !kept.contains(&path)
            && of_figure.iter().all(|path| path.is_file())
            && is_ours(&path)
        {
            names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
            for path in &of_figure {
                fs::remove_file(path).map_err(error(path))?;
            }
        }
    }
    names.sort();
    Ok(names)
}

/// Whether a file begins as [`render`]'s pictures do.
fn is_ours(svg: &Path) -> bool {
    let head = fs::read_to_string(svg).unwrap_or_default();
    let head: Vec<&str> = head.lines().take(2).collect();
    matches!(head[..], [_, svg] if svg.contains(FONT_FAMILY) && svg.ends_with("role=\"img\">"))
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    fs::write(&temporary, bytes)?;
    fs::rename(&temporary, path)
}

/// The figures of a study that asks for none.
///
/// Conditioning (metrics `V(…)`): `associations`. Else `survival` if any cell has a criterion, `learning-curve` of the first metric of the
/// curves that has a better direction, and `final` of the first test metric that has one (else of the first final metric).
pub fn default_figures(study: &Study) -> Vec<FigureRequest> {
    let request = |kind: &str| FigureRequest { kind: kind.to_owned(), ..FigureRequest::default() };
    if !kinds::associations::strengths(study).is_empty() {
        return vec![request(kinds::associations::KIND.name)];
    }
    let mut figures = Vec::new();
    if study.cells.iter().any(|c| c.criterion.is_some()) {
        figures.push(request(kinds::survival::KIND.name));
    }
    if kinds::learning_curve::usual(study).is_some() {
        figures.push(request(kinds::learning_curve::KIND.name));
    }
    if kinds::final_metric::usual(study).is_some() {
        figures.push(request(kinds::final_metric::KIND.name));
    }
    figures
}

/// The name that was asked for, checked; or the stem in characters that every file system takes, numbered if it is taken.
fn name(
    request: &FigureRequest,
    stem: &str,
    number: usize,
    before: &[Figure],
) -> Result<String, Error> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let taken = |name: &str| before.iter().any(|f| f.name == name);
    let asked = request.name.as_str();
    if !asked.is_empty() {
        let name = asked.to_owned();
        return if !asked.chars().all(plain) || asked.starts_with('.') {
            Err(Error::BadName { number, name })
        } else if taken(asked) {
            Err(Error::TakenName { number, name })
        } else {
            Ok(name)
        };
    }
    let stem: String = stem.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let numbered = (2..).map(|i| format!("{stem}-{i}"));
    let mut names = std::iter::once(stem.clone()).chain(numbered);
    Ok(names.find(|name| !taken(name)).unwrap_or(stem))
}
