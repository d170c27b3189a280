//! This machine's clock and randomness. They are read here and nowhere else, and handed in.

use jiff::Timestamp;
use office::{Clock, Randomness};

use crate::terminal;

/// The clock of this machine.
#[derive(Debug)]
pub(crate) struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        now()
    }
}

/// The randomness of the operating system.
#[derive(Debug)]
pub(crate) struct MachineRandomness;

impl Randomness for MachineRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        random(bytes);
    }
}

/// Now.
#[expect(clippy::disallowed_methods, reason = "this is the binary, where the clock is read")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// Fills bytes that nobody can guess. Without randomness there are no keys, and going on would be worse than ending here.
pub(crate) fn random(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        terminal::error(&anyhow::anyhow!("the operating system gives no randomness: {error}"));
        std::process::exit(2);
    }
}

/// So many bytes that nobody can guess.
pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    random(&mut bytes);
    bytes
}
