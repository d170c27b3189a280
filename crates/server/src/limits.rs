//! How often somebody may ask, and how much is worked on at once. Held in memory, forgotten when the process ends.

use std::{
    hash::{BuildHasher as _, Hash, RandomState},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::Instant,
};

use crate::problem::{Kind, Problem};

/// Most bytes of a request that brings files: three photographs, or one written as text in JSON.
pub(crate) const FILES_BYTES_MAX: usize = 16 << 20;
/// Requests that bring files and are worked on at once, whatever else is: they are held in memory as a whole.
pub(crate) const FILES_AT_ONCE: usize = 4;

/// Shelves of buckets. Which one is an asker's nobody can know beforehand, so nobody can fill one on purpose.
const SHELVES: usize = 16_384;
/// Buckets of a shelf: so many are looked at for a request, however many people ask.
const BUCKETS: usize = 8;

/// The bucket of one asker.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// Whose it is, as a keyed hash; 0 is nobody's.
    of: u64,
    left: f64,
    /// Seconds since the rates began.
    at: f64,
}

/// A bucket for each asker: it fills at a rate, holds so much, and each request takes one. There are never more than 131,072: where a
/// shelf is full the fullest bucket is given to whoever comes, so that those who have to wait go on waiting.
#[derive(Debug)]
pub(crate) struct Rates {
    per_second: f64,
    holds: f64,
    hasher: RandomState,
    began: Instant,
    shelves: Mutex<Vec<[Bucket; BUCKETS]>>,
}

impl Rates {
    pub(crate) fn new(per_second: f64, holds: f64) -> Self {
        let nobodys = Bucket { of: 0, left: holds, at: 0.0 };
        let shelves = Mutex::new(vec![[nobodys; BUCKETS]; SHELVES]);
        // Whoever asks for the first time must be able to.
        Rates {
            per_second,
            holds: holds.max(1.0),
            hasher: RandomState::new(),
            began: Instant::now(),
            shelves,
        }
    }

    /// Takes one, or says how many seconds to wait.
    pub(crate) fn take(&self, asker: impl Hash) -> Result<(), Problem> {
        let of = self.hasher.hash_one(asker).max(1);
        let now = self.began.elapsed().as_secs_f64();
        // A thread that panicked while it held the lock left whole buckets.
        let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(shelf) = shelves.get_mut((of % SHELVES as u64) as usize) else { return Ok(()) };
        for bucket in &mut *shelf {
            bucket.left = (bucket.left + self.per_second * (now - bucket.at)).min(self.holds);
            bucket.at = now;
        }
        let own_or_fullest =
            shelf.iter_mut().max_by(|a, b| (a.of == of).cmp(&(b.of == of)).then(a.left.total_cmp(&b.left)));
        let Some(bucket) = own_or_fullest else { return Ok(()) };
        if bucket.of != of {
            *bucket = Bucket { of, left: self.holds, at: now };
        }
        if bucket.left < 1.0 {
            let seconds = ((1.0 - bucket.left) / self.per_second).ceil().clamp(1.0, 3600.0);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it is between 1 and 3600"
            )]
            let seconds = seconds as u64;
            return Err(Problem { kind: Kind::TooOften, detail: None, retry_after: Some(seconds) });
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

/// Lets so many requests work at once and so many wait; the others are told at once to come again.
#[derive(Debug)]
pub(crate) struct Gate {
    working: Semaphore,
    waiting: AtomicUsize,
    waiting_max: usize,
}

impl Gate {
    pub(crate) fn new(at_once: usize, waiting_max: usize) -> Self {
        Gate { working: Semaphore::new(at_once), waiting: AtomicUsize::new(0), waiting_max }
    }

    /// Waits for a place.
    pub(crate) async fn enter(&self) -> Result<SemaphorePermit<'_>, Problem> {
        if let Ok(permit) = self.working.try_acquire() {
            return Ok(permit);
        }
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= self.waiting_max {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(Kind::Busy.into());
        }
        let _waits = Waits(&self.waiting);
        self.working.acquire().await.map_err(|_| Kind::Busy.into())
    }
}

/// Counts one who waits, also when they go away.
struct Waits<'a>(&'a AtomicUsize);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn those_beyond_the_queue_are_told_at_once_and_the_others_wait() {
        let gate = Gate::new(1, 1);
        let working = gate.enter().await.unwrap();
        let second = gate.enter();
        tokio::pin!(second);
        assert!(tokio::time::timeout(std::time::Duration::from_millis(20), &mut second).await.is_err());
        assert_eq!(gate.enter().await.unwrap_err().kind, Kind::Busy);
        drop(working);
        assert!(second.await.is_ok());
    }

    #[tokio::test]
    async fn an_asker_who_asks_too_often_waits_and_others_do_not() {
        let rates = Rates::new(0.001, 2.0);
        assert!(rates.take(1).is_ok() && rates.take(1).is_ok());
        assert!(rates.take(1).unwrap_err().retry_after.unwrap() > 100);
        assert!(rates.take(2).is_ok());
    }

    #[tokio::test]
    async fn a_flood_of_askers_frees_nobody_who_has_to_wait_and_takes_no_more_memory() {
        let rates = Rates::new(0.001, 2.0);
        let size = || rates.shelves.lock().unwrap().capacity();
        let before = size();
        let waiting =
            |asker: u32| rates.take(asker).is_ok() && rates.take(asker).is_ok() && rates.take(asker).is_err();
        assert!((0..100).all(waiting));
        for asker in 1_000..1_001_000_u32 {
            assert!(rates.take(asker).is_ok(), "who asks once is answered");
        }
        assert!((0..100_u32).all(|asker| rates.take(asker).is_err()));
        assert_eq!(size(), before);
    }

    #[tokio::test]
    async fn whoever_asks_for_the_first_time_is_answered_whatever_the_rate() {
        assert!(Rates::new(1.0 / 3600.0, 0.05).take("somebody").is_ok());
    }
}
