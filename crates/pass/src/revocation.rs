//! The signed filter of revoked passes.
//!
//! Only passes that have not expired are in it. It is a binary fuse filter (Graf and Lemire 2022, "Binary Fuse
//! Filters") with 32-bit fingerprints: it never misses a revoked pass, and takes one in four billion others for revoked.
//! An issuer that publishes a filter sees to it that none of its living passes is among those (crate `issuer`). With 16
//! bits, as small as half of it, one in 65,536 people would be turned away for nothing.

use ciborium::Value;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use xorf::{BinaryFuse32, Filter as _};

use crate::{
    cbor::{at, integer},
    claims::PassId,
    cose::UnsignedEnvelope,
    document::{DocumentError, Edition},
    key::{Algorithm, KeyId},
    trust::TrustedKey,
};

const KIND: &str = "revocation filter";
/// The longest segment that a filter is built with (xorf 0.13).
const SEGMENT_MAX: u32 = 1 << 18;

/// Why bytes are not a revocation filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RevocationsError {
    /// The document around it.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// Its numbers do not fit together.
    #[error("the filter's {0} does not fit the rest of it")]
    Shape(&'static str),
    /// No filter could be built from the ids.
    #[error("no filter could be built with this salt; take another one")]
    Build,
}

/// Which passes were revoked.
#[derive(Clone, Debug)]
pub struct Revocations {
    edition: Edition,
    salt: [u8; 16],
    count: u64,
    filter: Option<BinaryFuse32>,
}

impl Revocations {
    /// A filter of these ids. The salt is random: it decides which other ids are taken for revoked.
    ///
    /// # Errors
    /// Rarely a filter cannot be built with a salt; another one then works.
    pub fn build(edition: Edition, salt: [u8; 16], ids: &[PassId]) -> Result<Self, RevocationsError> {
        let mut keys: Vec<u64> = ids.iter().map(|id| key(&salt, id)).collect();
        keys.sort_unstable();
        keys.dedup();
        let filter = if keys.is_empty() {
            None
        } else {
            Some(BinaryFuse32::try_from(keys.as_slice()).map_err(|_| RevocationsError::Build)?)
        };
        let count = u64::try_from(keys.len()).unwrap_or(u64::MAX);
        Ok(Self { edition, salt, count, filter })
    }

    /// Version and times.
    #[must_use]
    pub fn edition(&self) -> Edition {
        self.edition
    }

    /// How many passes are in it.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.count
    }

    /// Whether no pass is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether a pass was revoked. Of passes that were not, one in four billion is said to be.
    #[must_use]
    pub fn contains(&self, id: &PassId) -> bool {
        self.filter.as_ref().is_some_and(|filter| filter.contains(&key(&self.salt, id)))
    }

    /// The filter, ready to be signed by a key with this algorithm and id.
    ///
    /// # Errors
    /// It ends before it begins.
    pub fn to_envelope(
        &self,
        algorithm: Algorithm,
        key_id: &KeyId,
    ) -> Result<UnsignedEnvelope, DocumentError> {
        let mut map = vec![
            (Value::from(0), Value::Bytes(self.salt.to_vec())),
            (Value::from(1), Value::from(self.count)),
        ];
        if let Some(filter) = &self.filter {
            let fingerprints = filter.fingerprints.iter().flat_map(|print| print.to_le_bytes()).collect();
            map.push((Value::from(2), Value::from(filter.descriptor.seed)));
            map.push((Value::from(3), Value::from(filter.descriptor.segment_length)));
            map.push((Value::from(4), Value::from(filter.descriptor.segment_count_length)));
            map.push((Value::from(5), Value::Bytes(fingerprints)));
        }
        self.edition.wrap(KIND, Value::Map(map), algorithm, key_id)
    }

    /// Reads a filter signed by one of these keys. Whether it is too old is asked with [`Edition::is_stale`].
    ///
    /// # Errors
    /// The bytes are not such a filter, or no given key signed it.
    pub fn read(bytes: &[u8], anchors: &[TrustedKey]) -> Result<Self, RevocationsError> {
        let (edition, content) = Edition::unwrap_document(KIND, bytes, anchors)?;
        let map = content.as_map().ok_or(DocumentError::Form(KIND, "content"))?;
        let salt = at(map, 0).and_then(Value::as_bytes).and_then(|salt| salt.as_slice().try_into().ok());
        let salt = salt.ok_or(RevocationsError::Shape("salt"))?;
        let count = at(map, 1).and_then(integer).ok_or(RevocationsError::Shape("count"))?;
        let filter = if count == 0 { None } else { Some(filter(map)?) };
        Ok(Self { edition, salt, count, filter })
    }

    pub(crate) fn is_stale(&self, at: Timestamp) -> bool {
        self.edition.is_stale(at)
    }
}

/// A filter from its numbers, checked to fit together: looking something up in it then stays inside it.
fn filter(map: &[(Value, Value)]) -> Result<BinaryFuse32, RevocationsError> {
    let shape = RevocationsError::Shape;
    let segment_length: u32 = at(map, 3).and_then(integer).ok_or(shape("segment length"))?;
    let segment_count_length: u32 = at(map, 4).and_then(integer).ok_or(shape("segment count"))?;
    let bytes = at(map, 5).and_then(Value::as_bytes).ok_or(shape("fingerprints"))?;
    if !segment_length.is_power_of_two() || segment_length > SEGMENT_MAX {
        return Err(shape("segment length"));
    }
    if segment_count_length == 0 || !segment_count_length.is_multiple_of(segment_length) {
        return Err(shape("segment count"));
    }
    let places = u64::from(segment_count_length) + 2 * u64::from(segment_length);
    if u64::try_from(bytes.len()) != Ok(4 * places) {
        return Err(shape("fingerprints"));
    }
    // The descriptor's type has no name outside its crate, so a filter of one key lends its own.
    let mut filter = BinaryFuse32::try_from([0].as_slice()).map_err(|_| RevocationsError::Build)?;
    filter.descriptor.seed = at(map, 2).and_then(integer).ok_or(shape("seed"))?;
    filter.descriptor.segment_length = segment_length;
    filter.descriptor.segment_length_mask = segment_length - 1;
    filter.descriptor.segment_count_length = segment_count_length;
    let (prints, _) = bytes.as_chunks::<4>();
    filter.fingerprints = prints.iter().map(|print| u32::from_le_bytes(*print)).collect();
    Ok(filter)
}

fn key(salt: &[u8; 16], id: &PassId) -> u64 {
    let digest = Sha256::new().chain_update(salt).chain_update(id.as_bytes()).finalize();
    digest.iter().take(8).fold(0, |key, byte| (key << 8) | u64::from(*byte))
}
