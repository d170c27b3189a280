//! Who signs passes: keys, issuing, and the two documents that doors keep, trust lists and revocation filters.
//!
//! What a pass says and how it is checked is in crate `pass`. This crate reads no clock and draws no randomness: both
//! come from the caller.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use issuer::{Signer as _, SoftwareKey};
//!
//! let mut random = |bytes: &mut [u8]| bytes.fill(7); // a real issuer takes it from the operating system
//! let key = SoftwareKey::generate(&mut random);
//! let claims = pass::Claims {
//!     issuer: "Hangzhou CDC".into(),
//!     issued: "2026-11-23T08:00:00Z".parse()?,
//!     expires: "2026-11-23T20:00:00Z".parse()?,
//!     id: issuer::draw_id(None, &mut random),
//!     holder: None,
//!     level: evidence::Level::Green,
//!     rule_set: "p-1".into(),
//!     region: "330100".into(),
//!     initials: "Z.W.".into(),
//!     birthday: Some("02-29".parse()?),
//!     help: String::new(),
//! };
//! let text = issuer::issue(&claims, &key)?;
//!
//! let trust = [pass::TrustedKey::from_spki(key.spki(), "Hangzhou CDC")?].into_iter().collect();
//! let mut checker = pass::Checker::new(trust, pass::Policy::default());
//! let checked = checker.check(&text, "2026-11-23T12:00:00Z".parse()?);
//! assert_eq!(checked.verdict(), pass::Verdict::Admit);
//! # Ok(())
//! # }
//! ```

mod issue;
mod key_file;
mod publish;
mod rotation;
mod signer;

pub use issue::{Batch, IssueError, Random, draw_id, issue};
pub use key_file::{KeyFileError, PRIVATE_FILE, PUBLIC_FILE, read_key_file, write_key_files};
pub use publish::{PublishError, publish_filter, publish_trust_list};
pub use rotation::{KeyRing, OVERLAP_MIN, RotationError};
pub use signer::{SignError, Signer, SoftwareKey};
