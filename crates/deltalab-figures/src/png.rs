//! SVG to PNG, with the embedded font only, so that the picture is the same on every machine.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use crate::error::Error;
use crate::font;

/// Pixels of the PNG per pixel of the SVG.
const SCALE: f32 = 2.0;

/// Renders an SVG at twice its size.
///
/// Text is set in the embedded DejaVu Sans, whatever the fonts of the machine. Fails if `svg` is not an SVG.
pub fn png(svg: &str) -> Result<Vec<u8>, Error> {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(font::BYTES.to_vec());
    fonts.set_sans_serif_family("DejaVu Sans");
    let options = Options {
        font_family: "DejaVu Sans".to_owned(),
        fontdb: Arc::new(fonts),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).map_err(|source| Error::Svg(Box::new(source)))?;
    let size = tree.size().to_int_size().scale_by(SCALE).ok_or(Error::Size)?;
    let mut pixmap = Pixmap::new(size.width(), size.height()).ok_or(Error::Size)?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|source| Error::Png(Box::new(source)))
}
