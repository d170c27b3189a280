//! How often somebody may ask, and how much is worked on at once. Held in memory, forgotten when the process ends.

use std::{
    collections::HashMap,
    hash::Hash,
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

/// Askers that are remembered at once; beyond that those who have not asked for long are forgotten.
const ASKERS_MAX: usize = 200_000;

/// A bucket for each asker: it fills at a rate, holds so much, and each request takes one.
#[derive(Debug)]
pub(crate) struct Rates<K> {
    per_second: f64,
    holds: f64,
    buckets: Mutex<HashMap<K, (f64, Instant)>>,
}

impl<K: Eq + Hash> Rates<K> {
    pub(crate) fn new(per_second: f64, holds: f64) -> Self {
        Rates { per_second, holds, buckets: Mutex::default() }
    }

    /// Takes one, or says how many seconds to wait.
    pub(crate) fn take(&self, asker: K) -> Result<(), Problem> {
        let now = Instant::now();
        // A thread that panicked while it held the lock left whole buckets.
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= ASKERS_MAX {
            let full = |(left, at): &(f64, Instant)| left + self.per_second * (now - *at).as_secs_f64();
            buckets.retain(|_, bucket| full(bucket) < self.holds);
        }
        let (left, at) = buckets.entry(asker).or_insert((self.holds, now));
        *left = (*left + self.per_second * (now - *at).as_secs_f64()).min(self.holds);
        *at = now;
        if *left < 1.0 {
            let seconds = ((1.0 - *left) / self.per_second).ceil().clamp(1.0, 3600.0);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it is between 1 and 3600"
            )]
            let seconds = seconds as u64;
            return Err(Problem { kind: Kind::TooOften, detail: None, retry_after: Some(seconds) });
        }
        *left -= 1.0;
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
}
