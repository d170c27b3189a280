//! Keys that last for a day's visits: a person's pseudonym on a day is one AES-256 block, the 128-bit person id under that
//! day's key. Equal on one day, unlinkable between days, and noise once the key is destroyed.

use aes::{
    Aes256,
    cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit},
};
use evidence::PersonId;
use zeroize::Zeroizing;

use crate::seal::SealError;

/// A person on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym(pub [u8; 16]);

/// The key of a day.
pub struct DayKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for DayKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DayKey")
    }
}

impl DayKey {
    /// A key from 32 random bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        DayKey(Zeroizing::new(bytes))
    }

    /// The key's bytes, to be sealed.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn cipher(&self) -> Aes256 {
        Aes256::new((&*self.0).into())
    }

    /// A person's pseudonym on the day.
    ///
    /// # Errors
    /// [`SealError::NotRandom`] where the person's id is not 32 hexadecimal digits: only a 128-bit id fits into a block.
    pub fn pseudonym(&self, person: &PersonId) -> Result<Pseudonym, SealError> {
        let mut block = [0_u8; 16];
        let (pairs, rest) = person.as_str().as_bytes().as_chunks::<2>();
        if pairs.len() != block.len() || !rest.is_empty() {
            return Err(SealError::NotRandom);
        }
        for (byte, pair) in block.iter_mut().zip(pairs) {
            let digits = std::str::from_utf8(pair).map_err(|_| SealError::NotRandom)?;
            if digits.bytes().any(|digit| !matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
                return Err(SealError::NotRandom);
            }
            *byte = u8::from_str_radix(digits, 16).map_err(|_| SealError::NotRandom)?;
        }
        let mut block = block.into();
        self.cipher().encrypt_block(&mut block);
        Ok(Pseudonym(block.into()))
    }

    /// Who a pseudonym stands for. Any pseudonym stands for somebody under any key: only under the right one is it a person
    /// who exists.
    ///
    /// # Errors
    /// Never in practice: 32 hexadecimal digits are an id.
    pub fn person(&self, pseudonym: Pseudonym) -> Result<PersonId, SealError> {
        let mut block = pseudonym.0.into();
        self.cipher().decrypt_block(&mut block);
        let bytes: [u8; 16] = block.into();
        let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        PersonId::new(&text).map_err(|_| SealError::NotRandom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_is_undone_by_its_days_key_alone() {
        let person: PersonId = "00112233445566778899aabbccddeeff".parse().unwrap();
        let (monday, tuesday) = (DayKey::new([1; 32]), DayKey::new([2; 32]));
        let pseudonym = monday.pseudonym(&person).unwrap();
        assert_eq!(monday.pseudonym(&person), Ok(pseudonym));
        assert_eq!(monday.person(pseudonym), Ok(person.clone()));
        assert_ne!(tuesday.pseudonym(&person), Ok(pseudonym));
        assert_ne!(tuesday.person(pseudonym), Ok(person));
    }

    #[test]
    fn the_block_is_aes_256_as_published() {
        // FIPS 197, appendix C.3.
        let key: Vec<u8> = (0..32).collect();
        let key = DayKey::new(key.try_into().unwrap());
        let person: PersonId = "00112233445566778899aabbccddeeff".parse().unwrap();
        let expected =
            [0x8e, 0xa2, 0xb7, 0xca, 0x51, 0x67, 0x45, 0xbf, 0xea, 0xfc, 0x49, 0x90, 0x4b, 0x49, 0x60, 0x89];
        assert_eq!(key.pseudonym(&person), Ok(Pseudonym(expected)));
    }

    #[test]
    fn an_id_that_is_not_128_bits_has_no_pseudonym() {
        for id in ["p1", "00112233445566778899AABBCCDDEEFF", "00112233445566778899aabbccddee+f"] {
            let person = PersonId::new(id);
            assert!(person.is_err() || DayKey::new([1; 32]).pseudonym(&person.unwrap()).is_err(), "{id}");
        }
    }
}
