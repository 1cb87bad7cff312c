//! How many shards, and how long each lasts: from the pilot's estimate of the whole.
//!
//! The estimate lets every run go to its last epoch, so shards end sooner where runs meet their criterion; the time limit asked
//! for is twice the estimate, for nodes that are slower than the machine that submits.

/// Minutes that a shard lasts by default: long beside the seconds that a scheduler takes to start one, short enough to fit
/// into gaps and to lose little.
pub const MINUTES: u32 = 30;

/// The shortest time limit, in minutes.
const SHORTEST: u64 = 10;

/// Shards and what each is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// How many.
    pub shards: u32,
    /// Threads of each.
    pub threads: u32,
    /// Seconds that each lasts at most; `None` where nobody asked.
    pub seconds: Option<f64>,
}

impl Size {
    /// So many shards of work that takes one thread `seconds`.
    pub fn of(shards: u32, seconds: f64, threads: u32) -> Self {
        let each = seconds / f64::from(shards) / f64::from(threads);
        Self { shards, threads, seconds: Some(each) }
    }

    /// As many shards as last `minutes` each, at most `most`.
    pub fn lasting(minutes: u32, seconds: f64, threads: u32, most: u32) -> Self {
        let shards = (seconds / (60.0 * f64::from(minutes) * f64::from(threads))).ceil();
        Self::of((shards as u32).clamp(1, most.max(1)), seconds, threads) // `as` takes what is too large as the largest
    }

    /// The time limit to ask for, in minutes.
    pub fn limit(&self) -> u64 {
        let minutes = self.seconds.unwrap_or(0.0) / 60.0;
        ((2.0 * minutes).ceil() as u64).max(SHORTEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_last_as_long_as_asked_unless_there_are_too_many() {
        let hour = 3600.0;
        let size = Size::lasting(30, 10.0 * hour, 1, 1000);
        assert_eq!((size.shards, size.seconds, size.limit()), (20, Some(1800.0), 60));
        assert_eq!(Size::lasting(30, 10.0 * hour, 4, 1000).shards, 5);
        assert_eq!(Size::lasting(30, 0.2, 1, 1000).shards, 1);
        assert_eq!(Size::lasting(30, 0.2, 1, 1000).limit(), 10);
        // more than the site takes: fewer, and longer
        let size = Size::lasting(30, 10.0 * hour, 1, 5);
        assert_eq!((size.shards, size.limit()), (5, 240));
        assert_eq!(Size::lasting(30, f64::INFINITY, 1, 7).shards, 7);
    }
}
