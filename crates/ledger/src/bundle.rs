//! Entry bundles: entries one after another, each behind its length in 16 bits (C2SP tlog-tiles, "Log entries").

/// Why bytes are no bundle of so many entries.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BundleError {
    #[error("it ends within entry {0} of the bundle")]
    Short(usize),
    #[error("{0} bytes are left over behind its last entry")]
    Long(usize),
}

/// Appends an entry; `None` if it is longer than the length can tell.
pub(crate) fn write(bundle: &mut Vec<u8>, entry: &[u8]) -> Option<()> {
    bundle.extend_from_slice(&u16::try_from(entry.len()).ok()?.to_be_bytes());
    bundle.extend_from_slice(entry);
    Some(())
}

/// Splits into exactly `count` entries; `more` allows others behind them.
pub(crate) fn split(mut bundle: &[u8], count: usize, more: bool) -> Result<Vec<&[u8]>, BundleError> {
    let mut entries = Vec::with_capacity(count);
    for index in 0..count {
        let (length, rest) = bundle.split_first_chunk::<2>().ok_or(BundleError::Short(index))?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, rest) = rest.split_at_checked(length).ok_or(BundleError::Short(index))?;
        entries.push(entry);
        bundle = rest;
    }
    if bundle.is_empty() || more { Ok(entries) } else { Err(BundleError::Long(bundle.len())) }
}
