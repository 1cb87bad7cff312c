//! # Images and labels in the MNIST format
//!
//! IDX files of unsigned bytes: images (magic number 0x00000803: images × rows × columns) and labels (0x00000801), both
//! big-endian, unpacked (not `.gz`). A pixel is one input unit, its byte divided by 255; a label is a class, one output unit
//! per label from 0 to the largest, 1 for the class of the image and 0 for the others.
//!
//! * Test: the images of `test_images`, or else `test_fraction` of the images, chosen by the run's seed.
//! * Source of the format: LeCun, Cortes & Burges, The MNIST database of handwritten digits.

use super::loaded::{FileTask, HoldOut, Inputs, Loaded, digest, pin, read};
use super::{DataError, Fault};
use deltalab_core::params::{Interval, Must};
use deltalab_core::task::Patterns;
use nalgebra::DMatrix;
use std::path::Path;
use std::sync::Arc;

deltalab_core::params! {
    /// What `kind = "idx"` takes.
    pub struct Idx {
        /// File of the images, relative to the spec's folder.
        pub images: String, Must::Text;
        /// File of their labels.
        pub labels: String, Must::Text;
        /// File of the test images. Empty: none.
        pub test_images: String = String::new(), Must::Text;
        /// File of the labels of the test images. Empty: none.
        pub test_labels: String = String::new(), Must::Text;
        /// How many images are read, from the first; 0: all.
        pub limit: u64 = 0, Must::Integer(0, 10_000_000);
        /// How many test images are read, from the first; 0: all.
        pub test_limit: u64 = 0, Must::Integer(0, 10_000_000);
        /// Without test files, the share of the images that is held out, chosen by the run's seed.
        pub test_fraction: f64 = 0.0, Must::Number(Interval::BELOW_ONE);
        /// SHA-256 of the files, one after the other. Empty: whatever they hold; it is filled in, and part of the cell's
        /// identity.
        pub sha256: String = String::new(), Must::Text;
    }
}

impl FileTask for Idx {
    const KIND: &'static str = "idx";
    const SOURCE: &'static str = include_str!("idx.rs");

    fn load(mut self, folder: &Path) -> Result<(Self, Loaded), Fault> {
        match (self.test_images.is_empty(), self.test_labels.is_empty()) {
            (false, true) => {
                let half = DataError::Half { key: "test_images", other: "test_labels" };
                return Err(Fault::of("test_images")(half));
            }
            (true, false) => {
                let half = DataError::Half { key: "test_labels", other: "test_images" };
                return Err(Fault::of("test_labels")(half));
            }
            _ => {}
        }
        let bytes = |key: &'static str, file: &str| read(folder, file).map_err(Fault::of(key));
        let mut files = vec![bytes("images", &self.images)?, bytes("labels", &self.labels)?];
        let has_test = !self.test_images.is_empty();
        if has_test {
            files.push(bytes("test_images", &self.test_images)?);
            files.push(bytes("test_labels", &self.test_labels)?);
        }
        pin(&mut self.sha256, digest(&files.iter().map(Vec::as_slice).collect::<Vec<_>>()))?;
        let mut set =
            Set::read([&self.images, &self.labels], ["images", "labels"], &files[..2], self.limit)?;
        let mut test = 0;
        if has_test {
            let names = [self.test_images.as_str(), self.test_labels.as_str()];
            let held_out =
                Set::read(names, ["test_images", "test_labels"], &files[2..], self.test_limit)?;
            if held_out.shape != set.shape {
                let size =
                    |(rows, columns): (usize, usize)| format!("images of {rows} x {columns}");
                let (file, other) = (self.test_images, self.images);
                let mismatch = DataError::Mismatch {
                    file,
                    got: size(held_out.shape),
                    other,
                    expected: size(set.shape),
                };
                return Err(Fault::of("test_images")(mismatch));
            }
            test = held_out.labels.len();
            set.pixels.extend(held_out.pixels);
            set.labels.extend(held_out.labels);
        }
        let task = Loaded {
            patterns: Arc::new(set.patterns()),
            input_names: Vec::new(),
            output_names: (0..set.classes()).map(|class| class.to_string()).collect(),
            hold_out: if has_test {
                HoldOut::Last(test)
            } else {
                HoldOut::Fraction(self.test_fraction)
            },
            inputs: Inputs::AsRead,
        };
        Ok((self, task))
    }
}

/// Images with their labels.
struct Set {
    shape: (usize, usize),
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

impl Set {
    fn read(
        names: [&str; 2],
        keys: [&'static str; 2],
        files: &[Vec<u8>],
        limit: u64,
    ) -> Result<Self, Fault> {
        let (image_sizes, pixels) =
            contents::<3>(names[0], &files[0]).map_err(Fault::of(keys[0]))?;
        let (label_sizes, labels) =
            contents::<1>(names[1], &files[1]).map_err(Fault::of(keys[1]))?;
        let [images, rows, columns] = image_sizes;
        if images != label_sizes[0] {
            let mismatch = DataError::Mismatch {
                file: names[1].to_string(),
                got: format!("{} labels", label_sizes[0]),
                other: names[0].to_string(),
                expected: format!("{images} images"),
            };
            return Err(Fault::of(keys[1])(mismatch));
        }
        if images == 0 || rows * columns == 0 {
            return Err(Fault::of(keys[0])(DataError::NoImage { file: names[0].to_string() }));
        }
        let kept = usize::try_from(limit)
            .ok()
            .filter(|&limit| limit > 0)
            .map_or(images, |limit| limit.min(images));
        Ok(Self {
            shape: (rows, columns),
            pixels: pixels[..kept * rows * columns].to_vec(),
            labels: labels[..kept].to_vec(),
        })
    }

    fn classes(&self) -> usize {
        self.labels.iter().max().map_or(0, |&largest| usize::from(largest) + 1)
    }

    fn patterns(&self) -> Patterns {
        let units = self.shape.0 * self.shape.1;
        Patterns {
            inputs: DMatrix::from_fn(units, self.labels.len(), |i, p| {
                f64::from(self.pixels[p * units + i]) / 255.0
            }),
            targets: DMatrix::from_fn(self.classes(), self.labels.len(), |k, p| {
                f64::from(u8::from(usize::from(self.labels[p]) == k))
            }),
        }
    }
}

/// The sizes and data of an IDX file of unsigned bytes with `D` dimensions.
fn contents<'a, const D: usize>(
    file: &str,
    bytes: &'a [u8],
) -> Result<([usize; D], &'a [u8]), DataError> {
    let name = || file.to_string();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return Err(DataError::Compressed { file: name() });
    }
    let header = 4 + 4 * D;
    if bytes.len() < header || bytes[..4] != [0, 0, 8, D as u8] {
        let got = match bytes.get(..4) {
            Some(magic) => {
                format!("0x{}", magic.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
            }
            None => format!("{} bytes", bytes.len()),
        };
        return Err(DataError::NotIdx { file: name(), dimensions: D as u8, got });
    }
    let mut sizes = [0; D];
    for (size, field) in sizes.iter_mut().zip(bytes[4..header].chunks_exact(4)) {
        *size = field.iter().fold(0_usize, |n, &byte| (n << 8) | usize::from(byte));
    }
    let expected = sizes.iter().map(|&size| size as u128).product::<u128>();
    let data = &bytes[header..];
    if data.len() as u128 != expected {
        return Err(DataError::WrongLength { file: name(), expected, got: data.len() });
    }
    Ok((sizes, data))
}
