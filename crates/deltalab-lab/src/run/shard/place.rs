//! The name of a shard: `3/8` on the command line, `3-of-8` in a folder.

use std::fmt;
use std::str::FromStr;

/// Shard I of N; I counts from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard {
    place: u32,
    of: u32,
}

/// Why a text names no shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected I/N, shard I of N with I from 1 to N, such as 3/8")]
pub struct NotAShard;

impl Shard {
    /// The whole.
    pub const WHOLE: Self = Self { place: 1, of: 1 };

    /// Shard `place`, from 1, of `of`; `None` where there is no such shard.
    pub fn new(place: u32, of: u32) -> Option<Self> {
        (1..=of).contains(&place).then_some(Self { place, of })
    }

    /// Its place, from 1.
    pub fn place(self) -> u32 {
        self.place
    }

    /// How many there are.
    pub fn of(self) -> u32 {
        self.of
    }

    /// The stem of its files: `3-of-8`.
    pub fn stem(self) -> String {
        format!("{}-of-{}", self.place, self.of)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}/{}", self.place, self.of)
    }
}

impl FromStr for Shard {
    type Err = NotAShard;

    fn from_str(text: &str) -> Result<Self, NotAShard> {
        let (place, of) = text.split_once('/').ok_or(NotAShard)?;
        let number = |text: &str| text.parse().map_err(|_| NotAShard);
        Self::new(number(place)?, number(of)?).ok_or(NotAShard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_count_from_one_to_n() {
        assert_eq!("3/8".parse(), Ok(Shard { place: 3, of: 8 }));
        assert_eq!("8/8".parse::<Shard>().map(Shard::stem), Ok("8-of-8".to_string()));
        for wrong in ["0/8", "9/8", "3", "3/", "/8", "-1/8", "3/8/1", "3-of-8", "0/0", "", "a/b"] {
            assert_eq!(wrong.parse::<Shard>(), Err(NotAShard), "{wrong}");
        }
    }
}
