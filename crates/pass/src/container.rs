//! The text of a pass: `HC1:`, Base45, zlib.
//!
//! Sizes are limited before anything is unpacked, so that a text of a few kilobytes cannot fill the memory.

use std::io::Write as _;

use flate2::{Compression, Decompress, FlushDecompress, Status, write::ZlibEncoder};

/// What the text of every health certificate starts with (EU eHealth Network, "Electronic Health Certificate
/// Specification" v1.0.5, section 5).
pub const PREFIX: &str = "HC1:";

/// The longest text read, in bytes: a QR code of version 40 holds 4,296 alphanumeric characters (ISO/IEC 18004).
pub const TEXT_BYTES_MAX: usize = 4_296;

/// The most a text may unpack to, in bytes. Real certificates have under 2 kB.
pub const UNPACKED_BYTES_MAX: usize = 32 * 1024;

/// Why a text is not the container of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContainerError {
    /// The text does not start with `HC1:`.
    #[error("the text does not start with `HC1:`, so it is not a health pass")]
    Prefix,
    /// The text is longer than a QR code can hold.
    #[error("the text has {0} bytes; a QR code holds at most {TEXT_BYTES_MAX}")]
    TextTooLong(usize),
    /// A character or a group of characters that Base45 (RFC 9285) does not have.
    #[error("the text behind `HC1:` is not Base45; scan it again, or type it exactly")]
    Base45,
    /// The bytes are not one complete zlib stream (RFC 1950), with nothing behind it.
    #[error("the bytes are not one complete zlib stream")]
    Zlib,
    /// The stream unpacks to more than [`UNPACKED_BYTES_MAX`].
    #[error("the stream unpacks to more than {UNPACKED_BYTES_MAX} bytes, which no pass needs")]
    TooLarge,
}

/// The text behind the prefix.
///
/// # Errors
/// The text is too long, or does not start with [`PREFIX`], in capitals.
pub fn unprefix(text: &str) -> Result<&str, ContainerError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(ContainerError::TextTooLong(text.len()));
    }
    text.strip_prefix(PREFIX).ok_or(ContainerError::Prefix)
}

/// The bytes of a Base45 text (RFC 9285).
///
/// # Errors
/// The text is not Base45.
pub fn from_base45(text: &str) -> Result<Vec<u8>, ContainerError> {
    let digit =
        |byte: u8| DIGITS.get(usize::from(byte)).copied().filter(|digit| *digit != NO_DIGIT).map(u32::from);
    let number = |group: &[u8]| {
        let digits = group.iter().rev().try_fold(0_u32, |number, byte| Some(number * 45 + digit(*byte)?));
        digits.ok_or(ContainerError::Base45)
    };
    let (groups, rest) = text.as_bytes().as_chunks::<3>();
    let mut bytes = Vec::with_capacity(2 * groups.len() + 1);
    for group in groups {
        let pair = u16::try_from(number(group)?).map_err(|_| ContainerError::Base45)?;
        bytes.extend(pair.to_be_bytes());
    }
    match rest {
        [] => {}
        [_, _] => bytes.push(u8::try_from(number(rest)?).map_err(|_| ContainerError::Base45)?),
        _ => return Err(ContainerError::Base45),
    }
    Ok(bytes)
}

const NO_DIGIT: u8 = u8::MAX;

/// The digit that a byte of text stands for. The crate that writes Base45 is not used to read it: it takes groups that
/// stand for more than their bytes hold (`$A`), and its search for every digit took as long as all other reading.
const DIGITS: [u8; 128] = {
    let alphabet = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    let mut digits = [NO_DIGIT; 128];
    let mut digit = 0;
    while digit < alphabet.len() {
        #[expect(clippy::indexing_slicing, reason = "computed when compiled, from the alphabet above")]
        {
            digits[alphabet[digit] as usize] = digit as u8;
        }
        digit += 1;
    }
    digits
};

/// The text of an envelope's bytes: zlib, Base45, `HC1:`.
#[must_use]
pub fn write(envelope: &[u8]) -> String {
    // Writing to a vector cannot fail; were it to, the text would lack its end and no reader would take it.
    let mut packed = ZlibEncoder::new(Vec::with_capacity(envelope.len() + 16), Compression::best());
    let packed = packed.write_all(envelope).and_then(|()| packed.finish()).unwrap_or_default();
    format!("{PREFIX}{}", base45::encode(packed))
}

/// Unpacks zlib streams; kept between passes, because making one costs more than using it.
pub struct Unpacker {
    stream: Decompress,
    unpacked: Vec<u8>,
}

impl Default for Unpacker {
    fn default() -> Self {
        Self { stream: Decompress::new(true), unpacked: Vec::with_capacity(UNPACKED_BYTES_MAX + 1) }
    }
}

impl std::fmt::Debug for Unpacker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Unpacker")
    }
}

impl Unpacker {
    /// The content of one zlib stream.
    ///
    /// # Errors
    /// The stream is broken, incomplete, has bytes behind it, or holds more than [`UNPACKED_BYTES_MAX`].
    pub fn unpack(&mut self, packed: &[u8]) -> Result<&[u8], ContainerError> {
        self.stream.reset(true);
        self.unpacked.clear();
        let status = self
            .stream
            .decompress_vec(packed, &mut self.unpacked, FlushDecompress::Finish)
            .map_err(|_| ContainerError::Zlib)?;
        if self.unpacked.len() > UNPACKED_BYTES_MAX {
            return Err(ContainerError::TooLarge);
        }
        if status != Status::StreamEnd || usize::try_from(self.stream.total_in()) != Ok(packed.len()) {
            return Err(ContainerError::Zlib);
        }
        Ok(&self.unpacked)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn base45_is_read_as_another_reader_does(text in "[0-9A-Z $%*+./:a!-]{0,40}", bytes: Vec<u8>) {
            // The other reader wraps around where a group stands for more than its bytes hold.
            if let Ok(ours) = from_base45(&text) {
                prop_assert_eq!(base45::decode(&text), Ok(ours));
            }
            prop_assert_eq!(from_base45(&base45::encode(&bytes)), Ok(bytes));
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for length in [0_usize, 1, 2, 300, 3_000] {
            let bytes: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let text = write(&bytes);
            let packed = from_base45(unprefix(&text).unwrap()).unwrap();
            assert_eq!(Unpacker::default().unpack(&packed).unwrap(), bytes);
        }
    }

    #[test]
    fn a_small_text_cannot_fill_the_memory() {
        let bomb = write(&vec![0; 10 << 20]);
        assert!(bomb.len() > TEXT_BYTES_MAX, "the text itself is refused");
        let packed = from_base45(bomb.strip_prefix(PREFIX).unwrap()).unwrap();
        let mut unpacker = Unpacker::default();
        let before = unpacker.unpacked.capacity();
        assert_eq!(unpacker.unpack(&packed), Err(ContainerError::TooLarge));
        assert_eq!(unpacker.unpacked.capacity(), before, "and nothing grows when it is not");
        assert_eq!(unpacker.unpack(&packed[..packed.len() / 1000]), Err(ContainerError::Zlib));
    }

    #[test]
    fn the_container_is_strict() {
        assert_eq!(unprefix("hc1:ABC"), Err(ContainerError::Prefix));
        assert_eq!(unprefix(" HC1:ABC"), Err(ContainerError::Prefix));
        assert_eq!(unprefix(&"HC1:A".repeat(2_000)), Err(ContainerError::TextTooLong(10_000)));
        for bad in ["A", "abc", "$A", "5U", "GGW", ":::", "A\u{e9}"] {
            assert_eq!(from_base45(bad), Err(ContainerError::Base45), "{bad}");
        }
        let text = write(b"content");
        let packed = from_base45(unprefix(&text).unwrap()).unwrap();
        let mut unpacker = Unpacker::default();
        for cut in 0..packed.len() {
            assert_eq!(unpacker.unpack(&packed[..cut]), Err(ContainerError::Zlib), "cut at {cut}");
        }
        let longer = [packed.as_slice(), &[0]].concat();
        assert_eq!(unpacker.unpack(&longer), Err(ContainerError::Zlib), "a byte behind the stream");
    }
}
