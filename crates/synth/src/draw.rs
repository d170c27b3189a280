//! Random numbers that are looked up rather than drawn in turn: the same question gets the same answer, in any order and
//! on any number of threads.

use rand::{Rng, SeedableRng};
use rand_distr::Distribution;
use rand_xoshiro::SplitMix64;

/// What random numbers are for. Each purpose has numbers of its own, so that more draws for one change nothing for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Households = 1,
    Daily,
    Day,
    Home,
    VenueKind,
    VenuePosition,
    Room,
    Journey,
    Meeting,
    Course,
    Seeking,
    Specimen,
    Background,
    Checks,
    AtStart,
    Travellers,
    Named,
    Forgotten,
    Abroad,
}

/// The random numbers for one purpose and one pair of keys, such as a person and a day.
///
/// Keys are mixed by rounds of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014, doi:10.1145/2660193.2660195), which then also draws.
#[derive(Debug, Clone)]
pub(crate) struct Draws(SplitMix64);

fn mixed(key: u64) -> u64 {
    SplitMix64::seed_from_u64(key).next_u64()
}

impl Draws {
    pub(crate) fn new(seed: u64, purpose: Purpose, first: u64, second: u64) -> Self {
        let start = mixed(mixed(seed ^ ((purpose as u64) << 56)) ^ first);
        Draws(SplitMix64::seed_from_u64(mixed(start.rotate_left(32) ^ second)))
    }

    /// 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from 0 to 1, without 1.
    pub(crate) fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Whether something of this probability happens.
    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    /// A whole number from 0 to `count`, without `count`; 0 where `count` is 0.
    pub(crate) fn below(&mut self, count: u32) -> u32 {
        (((self.bits() >> 32) * u64::from(count)) >> 32) as u32
    }

    /// A whole number from `from` to `to`, without `to`.
    pub(crate) fn between(&mut self, from: i64, to: i64) -> i64 {
        from + i64::from(self.below(u32::try_from(to - from).unwrap_or(0)))
    }

    /// A draw from a distribution.
    pub(crate) fn from<D: Distribution<T>, T>(&mut self, distribution: &D) -> T {
        distribution.sample(&mut self.0)
    }

    /// The place of the first of several shares in which a draw falls; the last place where it falls in none.
    pub(crate) fn place(&mut self, shares: &[f64]) -> usize {
        let mut rest = self.share();
        for (place, share) in shares.iter().enumerate() {
            if rest < *share {
                return place;
            }
            rest -= share;
        }
        shares.len().saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_keys_give_the_same_numbers_and_other_keys_others() {
        let first = |seed, purpose, a, b| Draws::new(seed, purpose, a, b).bits();
        let one = first(1, Purpose::Day, 2, 3);
        assert_eq!(one, first(1, Purpose::Day, 2, 3));
        for other in [
            first(2, Purpose::Day, 2, 3),
            first(1, Purpose::Home, 2, 3),
            first(1, Purpose::Day, 3, 2),
            first(1, Purpose::Day, 2, 4),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn numbers_over_neighbouring_keys_are_spread_evenly() {
        let mut buckets = [0u32; 16];
        for person in 0..1000 {
            for day in 0..16 {
                buckets[Draws::new(7, Purpose::Day, person, day).below(16) as usize] += 1;
            }
        }
        // 16,000 draws: 1,000 a bucket, standard deviation 31.
        assert!(buckets.iter().all(|n| (850..1150).contains(n)), "{buckets:?}");
    }

    #[test]
    fn a_draw_stays_in_its_range() {
        let mut draws = Draws::new(1, Purpose::Day, 0, 0);
        for _ in 0..10_000 {
            assert!((0.0..1.0).contains(&draws.share()));
            assert!((-3..4).contains(&draws.between(-3, 4)));
            assert!(draws.place(&[0.2, 0.3]) < 2);
        }
        assert_eq!(draws.below(0), 0);
    }
}
