//! CBOR (RFC 8949), read strictly: one item, nothing behind it, no key twice, no depth without end.

use std::collections::BTreeSet;

use ciborium::Value;

/// Deepest nesting read, which is the library's. An EU certificate has seven levels.
const DEPTH_MAX: usize = 256;

/// Why bytes are not a CBOR item this crate reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CborError {
    /// Not well-formed, cut off, or nested deeper than 256 levels.
    #[error("the bytes are not well-formed CBOR, are cut off, or are nested deeper than {DEPTH_MAX} levels")]
    Malformed,
    /// There are bytes behind the item.
    #[error("there are bytes behind the CBOR item")]
    Trailing,
    /// A map has a key twice: two readers could see two different passes.
    #[error("a CBOR map has the same key twice, so two readers could read it differently")]
    DuplicateKey,
}

/// The one item that these bytes are.
pub(crate) fn read(bytes: &[u8]) -> Result<Value, CborError> {
    let mut rest = bytes;
    // A small buffer, because it is cleared before every reading; longer texts are read in several steps.
    let mut buffer = [0; 64];
    let value: Value =
        ciborium::de::from_reader_with_buffer(&mut rest, &mut buffer).map_err(|_| CborError::Malformed)?;
    if !rest.is_empty() {
        return Err(CborError::Trailing);
    }
    if has_duplicate_key(&value) {
        return Err(CborError::DuplicateKey);
    }
    Ok(value)
}

/// The bytes of an item.
pub(crate) fn write(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    // Writing a value to a vector cannot fail: it has no I/O, and every `Value` has an encoding.
    let _ = ciborium::into_writer(value, &mut bytes);
    bytes
}

/// Appends a byte string, in the shortest form: what is signed has no other.
pub(crate) fn append_bytes(to: &mut Vec<u8>, bytes: &[u8]) {
    const MAJOR: u8 = 0x40;
    let length = bytes.len();
    if let Ok(length @ 0..24) = u8::try_from(length) {
        to.push(MAJOR | length);
    } else if let Ok(length) = u8::try_from(length) {
        to.extend([MAJOR | 24, length]);
    } else if let Ok(length) = u16::try_from(length) {
        to.push(MAJOR | 25);
        to.extend(length.to_be_bytes());
    } else if let Ok(length) = u32::try_from(length) {
        to.push(MAJOR | 26);
        to.extend(length.to_be_bytes());
    } else {
        to.push(MAJOR | 27);
        to.extend((length as u64).to_be_bytes());
    }
    to.extend(bytes);
}

fn has_duplicate_key(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_duplicate_key),
        Value::Tag(_, inner) => has_duplicate_key(inner),
        Value::Map(entries) => {
            repeats(entries)
                || entries.iter().any(|(key, value)| has_duplicate_key(key) || has_duplicate_key(value))
        }
        _ => false,
    }
}

fn repeats(entries: &[(Value, Value)]) -> bool {
    // Nearly every key is a small number or a short text and nearly every map is short: compare them as they are.
    if entries.len() <= 16 {
        return entries
            .iter()
            .enumerate()
            .any(|(at, (key, _))| entries.iter().take(at).any(|(earlier, _)| same(earlier, key)));
    }
    let mut seen = BTreeSet::new();
    entries.iter().any(|(key, _)| !seen.insert(write(key)))
}

fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Integer(left), Value::Integer(right)) => left == right,
        (Value::Text(left), Value::Text(right)) => left == right,
        (Value::Integer(_), Value::Text(_)) | (Value::Text(_), Value::Integer(_)) => false,
        // By their bytes, so that a key that is not equal to itself (NaN) counts as well.
        _ => write(left) == write(right),
    }
}

/// A CBOR item as JSON, for people to look at: keys become texts, bytes become hexadecimal digits, tags are left out.
///
/// # Errors
/// The bytes are not one strict CBOR item.
pub fn cbor_to_json(bytes: &[u8]) -> Result<serde_json::Value, CborError> {
    read(bytes).map(|value| json(&value))
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Integer(number) => {
            let number = i128::from(*number);
            let text = || serde_json::Value::from(number.to_string());
            i64::try_from(number).map_or_else(|_| text(), serde_json::Value::from)
        }
        Value::Bytes(bytes) => data_encoding::HEXLOWER.encode(bytes).into(),
        Value::Float(number) => (*number).into(),
        Value::Text(text) => text.as_str().into(),
        Value::Bool(is_true) => (*is_true).into(),
        Value::Tag(_, inner) => json(inner),
        Value::Array(items) => items.iter().map(json).collect(),
        Value::Map(entries) => {
            let entry = |(key, value): &(Value, Value)| match json(key) {
                serde_json::Value::String(key) => (key, json(value)),
                key => (key.to_string(), json(value)),
            };
            serde_json::Value::Object(entries.iter().map(entry).collect())
        }
        _ => serde_json::Value::Null,
    }
}

/// The entry of a map under a whole number.
pub(crate) fn at(map: &[(Value, Value)], label: i64) -> Option<&Value> {
    map.iter()
        .find(|(key, _)| key.as_integer().is_some_and(|key| i128::from(key) == i128::from(label)))
        .map(|(_, value)| value)
}

/// A whole number that fits.
pub(crate) fn integer<T: TryFrom<i128>>(value: &Value) -> Option<T> {
    T::try_from(i128::from(value.as_integer()?)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_one_item_without_repeated_keys_is_read() {
        assert_eq!(read(&[0xa1, 0x01, 0x02]).unwrap(), Value::Map(vec![(1.into(), 2.into())]));
        assert_eq!(read(&[0xa1, 0x01, 0x02, 0x00]), Err(CborError::Trailing));
        assert_eq!(read(&[0xa1, 0x01]), Err(CborError::Malformed));
        assert_eq!(read(&[]), Err(CborError::Malformed));
        assert_eq!(read(&[0xa2, 0x01, 0x02, 0x01, 0x03]), Err(CborError::DuplicateKey));
        assert_eq!(
            read(&[0xa2, 0x01, 0x02, 0x18, 0x01, 0x03]),
            Err(CborError::DuplicateKey),
            "1 written longer is still 1"
        );
        assert_eq!(
            read(&[0x81, 0xa2, 0x61, 0x61, 0x02, 0x61, 0x61, 0x03]),
            Err(CborError::DuplicateKey),
            "deeper down"
        );
        assert_eq!(read(&[0x9f; 4_000]), Err(CborError::Malformed), "nesting has an end");
    }

    #[test]
    fn a_long_map_is_checked_for_repeated_keys_too() {
        let mut entries: Vec<(Value, Value)> = (0..200).map(|key| (key.into(), Value::Null)).collect();
        assert!(read(&write(&Value::Map(entries.clone()))).is_ok());
        entries.push((77.into(), Value::Null));
        assert_eq!(read(&write(&Value::Map(entries))), Err(CborError::DuplicateKey));
    }

    #[test]
    fn byte_strings_are_as_the_library_writes_them() {
        for length in [0, 1, 23, 24, 255, 256, 65_535, 65_536, 1 << 20] {
            let bytes = vec![7; length];
            let mut ours = Vec::new();
            append_bytes(&mut ours, &bytes);
            assert_eq!(ours, write(&Value::Bytes(bytes)), "{length}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(value) = read(&bytes) {
                prop_assert_eq!(read(&write(&value)).map(|again| write(&again)), Ok(write(&value)));
            }
        }
    }
}
