//! Which runs belong to which shard: dealt out like cards, by the plan alone.
//!
//! ```text
//! the runs of a cell, in the order of the seeds, are cut into hands of nearly equal size:
//!   at most 32 seeds, and small enough that every shard gets 16 hands where there are so many runs
//! the hands, cell by cell, are dealt in rounds: one to each of the N shards,
//!   in round k beginning with shard 1 + hash(k) mod N
//! ```
//!
//! A hand rather than a run, since seeds of one cell train together in the lanes of a register. Round by round, so that every
//! shard gets of every part of the plan, the slow cells too. With a beginning that changes from round to round, since a grid
//! has a period of its own: where one of 8 values is slow and there are 8 shards, one of them would have all that is slow.

use super::Shard;

/// Seeds that a hand holds at most: the runs that the widest registers train at once.
const MOST_SEEDS: u64 = 32;
/// Hands that each shard gets, where there are so many runs.
const HANDS: u64 = 16;

/// The runs of cells × seeds, dealt to shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deal {
    seeds: u64,
    hands: u64,
    of: u64,
}

impl Deal {
    /// Deals the runs of so many cells on so many seeds to `of` shards.
    pub fn new(cells: usize, seeds: usize, of: u32) -> Self {
        let (cells, seeds, of) = (cells as u64, seeds.max(1) as u64, u64::from(of.max(1)));
        let seeds_in_hand = (cells.saturating_mul(seeds) / (HANDS * of)).clamp(1, MOST_SEEDS);
        Self { seeds, hands: seeds.div_ceil(seeds_in_hand), of }
    }

    /// The shard, from 1, to which a run belongs; cell and seed are given by their places in the plan.
    pub fn shard(&self, cell: usize, seed: usize) -> u32 {
        let hand = seed as u64 * self.hands / self.seeds;
        let place = cell as u64 * self.hands + hand;
        let (round, turn) = (place / self.of, place % self.of);
        // both are below `of`, which is a u32
        1 + ((turn + hash(round) % self.of) % self.of) as u32
    }

    /// Whether a run belongs to a shard.
    pub fn gives(&self, shard: Shard, cell: usize, seed: usize) -> bool {
        shard.of() == 1 || self.shard(cell, seed) == shard.place()
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014, Fast splittable pseudorandom number generators).
fn hash(round: u64) -> u64 {
    let mut z = round.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sizes(cells: usize, seeds: usize, of: u32) -> Vec<usize> {
        let deal = Deal::new(cells, seeds, of);
        let mut sizes = vec![0; of as usize];
        for cell in 0..cells {
            for seed in 0..seeds {
                sizes[deal.shard(cell, seed) as usize - 1] += 1;
            }
        }
        sizes
    }

    proptest! {
        /// No shard has more than another but for a hand, and a seed for each hand.
        #[test]
        fn every_run_is_in_exactly_one_shard_and_shards_are_of_a_size(
            cells in 1_usize..60, seeds in 1_usize..200, of in 1_u32..70,
        ) {
            let deal = Deal::new(cells, seeds, of);
            for cell in 0..cells {
                for seed in 0..seeds {
                    let holds = |place: &u32| {
                        Shard::new(*place, of).is_some_and(|shard| deal.gives(shard, cell, seed))
                    };
                    prop_assert_eq!((1..=of).filter(holds).count(), 1, "cell {}, seed {}", cell, seed);
                }
            }
            let sizes = sizes(cells, seeds, of);
            let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
            let in_hand = seeds.div_ceil(deal.hands as usize);
            let dealt = (cells * deal.hands as usize).div_ceil(of as usize);
            let slack = in_hand + if seeds % deal.hands as usize == 0 { 0 } else { dealt };
            prop_assert!(most - least <= slack, "{:?}", sizes);
        }
    }

    #[test]
    fn no_shard_gets_all_that_is_slow() {
        // one cell in 8 is slow; 8 shards, and 7 and 9, whose rounds shift by one against the grid
        for (cells, seeds) in [(64, 1), (64, 4), (640, 1), (8, 100)] {
            for of in [4, 7, 8, 9, 16] {
                let deal = Deal::new(cells, seeds, of);
                let mut slow = vec![0; of as usize];
                for cell in (0..cells).step_by(8) {
                    for seed in 0..seeds {
                        slow[deal.shard(cell, seed) as usize - 1] += 1;
                    }
                }
                let all = cells / 8 * seeds;
                let most = slow.iter().max().unwrap();
                assert!(8 * most <= 5 * all, "{cells} × {seeds}, {of} shards: {slow:?}");
            }
        }
    }

    /// A deal that changed would deal out anew what shards have begun: allowed, but nobody should do it without a thought.
    #[test]
    fn value_stability() {
        let deal = Deal::new(3, 8, 4);
        let shards: Vec<u32> =
            (0..3).flat_map(|cell| (0..8).map(move |seed| deal.shard(cell, seed))).collect();
        assert_eq!(sizes(3, 8, 4), [6, 6, 6, 6]);
        assert_eq!(
            shards,
            [4, 1, 2, 3, 2, 3, 4, 1, 3, 4, 1, 2, 2, 3, 4, 1, 3, 4, 1, 2, 3, 4, 1, 2]
        );
        assert_eq!(hash(0), 0xe220_a839_7b1d_cdaf); // the first number of SplitMix64 from 0, as published with it
    }
}
