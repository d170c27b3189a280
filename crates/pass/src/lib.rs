//! The pass: a colour one can carry, and anyone can check without a network.
//!
//! A pass is what the EU and the WHO network use, an HCERT: `HC1:` + Base45(zlib(`COSE_Sign1`(CWT))). This crate reads
//! and writes that container, knows our own claims and those of the EU Digital COVID Certificate, whom to trust
//! ([`TrustStore`], [`TrustList`]), what was revoked ([`Revocations`]) and whether the holder's phone is there
//! ([`proof`]), and comes to one of three answers ([`Verdict`]), each with its reasons ([`Why`]). The format is
//! described, with CDDL, in `docs/pass-format.md`.
//!
//! It holds no private key: what is signed here is prepared as bytes for a signer elsewhere (crate `issuer`, or the
//! WebCrypto key of a phone). It reads no clock and draws no randomness, and it builds for WebAssembly.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut checker = pass::Checker::new(pass::TrustStore::default(), pass::Policy::default());
//! let checked = checker.check("HC1:NOT A PASS", "2026-11-23T12:00:00Z".parse()?);
//! assert_eq!(checked.verdict(), pass::Verdict::AskForHelp);
//! assert_eq!(checked.why()[0].code(), "not_base45");
//! # Ok(())
//! # }
//! ```

mod answer;
mod batch;
mod cbor;
mod certificate;
mod checker;
mod claims;
mod container;
mod cose;
mod dcc;
mod did;
mod document;
mod key;
#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(feature = "picture")]
pub mod picture;
#[cfg(any(target_family = "wasm", test))]
mod portable;
pub mod proof;
mod revocation;
mod steps;
mod trust;
mod trust_file;
mod trust_list;
mod verdict;

pub use batch::{HOUR_GRACE, Hour, hours};
pub use cbor::{CborError, cbor_to_json};
pub use certificate::{CertificateError, read_certificate};
pub use checker::{Checked, Checker, Content, Format, Policy};
pub use claims::{Birthday, Claims, ClaimsError, HolderKey, LIFETIME_MAX, PassId};
pub use container::{
    ContainerError, PREFIX, TEXT_BYTES_MAX, UNPACKED_BYTES_MAX, Unpacker, from_base45, unprefix, write,
};
pub use cose::{Envelope, EnvelopeError, UnsignedEnvelope, sign1_to_be_signed};
pub use dcc::{Certificate, DccError, Entry};
pub use did::{DidError, read_did_document};
pub use document::{DocumentError, Edition};
pub use key::{Algorithm, KeyError, KeyId, PublicKey, SignatureError};
pub use revocation::{Revocations, RevocationsError};
pub use steps::Steps;
pub use trust::{TrustStore, TrustedKey, Usages};
pub use trust_file::{TrustFileError, read_public_keys, read_trust_file};
pub use trust_list::{Help, TrustList, TrustListEntry, TrustListError};
pub use verdict::{Verdict, Why};
