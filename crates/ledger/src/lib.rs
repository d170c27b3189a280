//! The public append-only log: what was done to people, rules, keys and data, without personal data.
//!
//! - [`Entry`] and [`Logged`]: the closed list of what is logged. What concerns one person is a [`Commitment`].
//! - [`append`]: new entries and the right [`Edge`] of the tree make files to write.
//! - [`SignedCheckpoint`]: size and root, signed by the log ([`Sign`]) and cosigned by witnesses.
//! - [`prove_inclusion`], [`prove_consistency`] and their checks; [`Receipt`]: what a subject holds.
//! - [`verify_log`]: everything computed again, the first wrong place named.
//!
//! The files are those of C2SP [tlog-tiles](https://c2sp.org/tlog-tiles): any mirror, witness or monitor of that
//! ecosystem can read them. Tree arithmetic comes from crate `tlog_tiles`, notes from `signed_note`.
//!
//! The crate knows no file, network, clock or randomness: readers, signers, times and salts are handed in.

mod bundle;
mod checkpoint;
mod commitment;
mod count;
mod edge;
mod entry;
mod hash;
mod key;
mod label;
mod logged;
mod path;
mod proof;
mod reader;
mod receipt;
mod verify;

pub use checkpoint::{CheckpointError, Cosignature, SIZE_MAX, SignedCheckpoint, TreeHead, Trust};
pub use commitment::{Commitment, Content, ContentError, Salt};
pub use count::Count;
pub use edge::{AppendError, Appended, Edge, EdgeError, LogFile, append};
pub use entry::{ENTRY_BYTES_MAX, Entry, EntryError, RULING_DAYS_MAX};
pub use hash::{NotAHash, Sha256Hash};
pub use key::{KeyError, KeyKind, PrivateKey, Sign, SigningError, VerifierKey};
pub use label::{AreaName, BodyName, DocumentName, KeyName, NameError};
pub use logged::{
    AccessCount, AccessPurpose, DataClass, Ground, HoldReason, KeyChange, KeyUse, Logged, Office, Role,
};
pub use path::CHECKPOINT_PATH;
pub use proof::{
    ProofError, prove_consistency, prove_inclusion, read_entry, verify_consistency, verify_inclusion,
};
pub use reader::LogReader;
pub use receipt::{EntryProof, Proven, Receipt, ReceiptError};
pub use verify::{LogError, VerifiedLog, verify_log};
