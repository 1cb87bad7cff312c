//! `DELTALAB_SIMD`: the instructions that lanes use. Results do not depend on them; to see that is what it is for.

use super::failure::Failure;
use deltalab_core::real::Level;

/// The level that is asked for, or the widest of this machine.
pub fn level() -> Result<Level, Failure> {
    let Some(got) = std::env::var_os("DELTALAB_SIMD").filter(|got| !got.is_empty()) else {
        return Ok(Level::widest());
    };
    let got = got.to_string_lossy().into_owned();
    let level = got.parse::<Level>();
    level.ok().filter(|level| level.available()).ok_or_else(|| {
        let available =
            Level::ALL.into_iter().filter(|level| level.available()).map(Level::name).collect();
        Failure::Simd { known: level.is_ok(), got, available }
    })
}

/// Cores of this machine that the process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
