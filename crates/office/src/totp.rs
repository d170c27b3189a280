//! One-time codes of a device: RFC 6238 with HMAC-SHA-1, six digits, steps of 30 seconds, as every authenticator has them.

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha1::Sha1;

/// Seconds of a step.
const STEP_SECONDS: i64 = 30;

/// The secret that a device and the office share. Shown once, when the account is opened.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub(crate) [u8; 20]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// A secret that was written down as bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 20]) -> Self {
        Secret(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn to_bytes(&self) -> [u8; 20] {
        self.0
    }

    /// As authenticators take it: Base32 (RFC 4648) without padding.
    #[must_use]
    pub fn to_base32(&self) -> String {
        const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let mut text = String::with_capacity(32);
        for five in self.0.chunks(5) {
            let bits = five.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
            for place in (0..8).rev() {
                let letter = ALPHABET.get(usize::try_from((bits >> (5 * place)) & 31).unwrap_or_default());
                text.extend(letter.map(|letter| char::from(*letter)));
            }
        }
        text
    }

    /// The step an instant lies in.
    pub(crate) fn step(at: Timestamp) -> u64 {
        u64::try_from(at.as_second().div_euclid(STEP_SECONDS)).unwrap_or_default()
    }

    /// The code of an instant.
    #[must_use]
    pub fn code(&self, at: Timestamp) -> String {
        self.code_of(Self::step(at))
    }

    fn code_of(&self, step: u64) -> String {
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(&self.0) else { return String::new() };
        mac.update(&step.to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let offset = usize::from(hash.last().copied().unwrap_or_default() & 15);
        let four: [u8; 4] =
            hash.get(offset..offset + 4).and_then(|four| four.try_into().ok()).unwrap_or_default();
        format!("{:06}", (u32::from_be_bytes(four) & 0x7FFF_FFFF) % 1_000_000)
    }

    /// The step of a code that counts now: of this step, the one before or after (RFC 6238, section 5.2), and later than the last one
    /// that was used.
    pub(crate) fn accepts(&self, code: &str, at: Timestamp, used: u64) -> Option<u64> {
        let now = Self::step(at);
        let typed: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        (now.saturating_sub(1)..=now + 1).find(|step| *step > used && self.code_of(*step) == typed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the last six digits.
        let secret = Secret(*b"12345678901234567890");
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(secret.code(Timestamp::from_second(seconds).unwrap()), code);
        }
        assert_eq!(secret.to_base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn a_code_counts_once_and_for_a_step_before_and_after() {
        let secret = Secret([7; 20]);
        let at = Timestamp::from_second(1_000_000_000).unwrap();
        let code = secret.code(at);
        let later = |seconds: i64| Timestamp::from_second(1_000_000_000 + seconds).unwrap();
        let step = secret.accepts(&code, later(30), 0).unwrap();
        assert_eq!(secret.accepts(&code, later(-30), 0), Some(step));
        assert_eq!(secret.accepts(&code, at, step), None);
        assert_eq!(secret.accepts(&code, later(90), 0), None);
    }
}
