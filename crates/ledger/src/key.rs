//! Keys of the log and of its witnesses, in the written form of C2SP signed-note.

use std::{fmt, str::FromStr};

use data_encoding::BASE64;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

/// What a key's signatures mean; the number stands in the written key and in its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// The log itself: Ed25519 over the checkpoint (C2SP signed-note, type 1).
    Log,
    /// A witness: a timestamped cosignature (C2SP tlog-cosignature v1, type 4).
    Witness,
}

impl KeyKind {
    const fn number(self) -> u8 {
        match self {
            KeyKind::Log => 1,
            KeyKind::Witness => 4,
        }
    }
}

/// Why text is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not of the written form.
    #[error("not a key of the form `name+01234567+base64`; copy the whole line")]
    Form,
    /// Neither a log's nor a witness's key.
    #[error("the key's type {0} is unknown; 1 (Ed25519) and 4 (timestamped Ed25519 cosignature) are known")]
    Kind(u8),
    /// Id and key do not belong together.
    #[error("the id {written} does not belong to this name and key, {computed} does; copy the whole line")]
    Id {
        /// As written.
        written: String,
        /// As computed.
        computed: String,
    },
    /// Not a point of the curve.
    #[error("not an Ed25519 public key; copy the whole line")]
    NotAPublicKey,
}

/// A public key with the name of its holder: `name+id+base64(type || key)`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: u32,
    kind: KeyKind,
    key: VerifyingKey,
}

impl VerifierKey {
    fn new(name: &str, kind: KeyKind, key: VerifyingKey) -> Result<Self, KeyError> {
        if !signed_note::is_key_name_valid(name) || name.chars().any(char::is_control) {
            return Err(KeyError::Form);
        }
        let id = signed_note::key_id(name, &typed(kind, key.as_bytes()));
        Ok(Self { name: name.to_owned(), id, kind, key })
    }

    /// The holder's name. For a log it is the origin of its checkpoints.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id that stands in front of its signatures.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Whether both are one key pair, whatever the name: a witness under two names is one witness.
    pub(crate) fn is_same_key(&self, other: &Self) -> bool {
        self.key == other.key
    }

    /// What its signatures mean.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        self.kind
    }
}

fn typed(kind: KeyKind, key: &[u8; 32]) -> Vec<u8> {
    let mut bytes = vec![kind.number()];
    bytes.extend_from_slice(key);
    bytes
}

fn untyped(base64: &str) -> Result<(KeyKind, [u8; 32]), KeyError> {
    let bytes = BASE64.decode(base64.as_bytes()).map_err(|_| KeyError::Form)?;
    let (number, key) = bytes.split_first().ok_or(KeyError::Form)?;
    let kind = match number {
        1 => KeyKind::Log,
        4 => KeyKind::Witness,
        other => return Err(KeyError::Kind(*other)),
    };
    Ok((kind, key.try_into().map_err(|_| KeyError::Form)?))
}

/// Splits `name+id+base64` and reads the id.
fn split(text: &str) -> Result<(&str, &str, &str), KeyError> {
    let (name, rest) = text.split_once('+').ok_or(KeyError::Form)?;
    let (id, base64) = rest.split_once('+').ok_or(KeyError::Form)?;
    Ok((name, id, base64))
}

fn check_id(written: &str, key: &VerifierKey) -> Result<(), KeyError> {
    let computed = format!("{:08x}", key.id);
    if written == computed { Ok(()) } else { Err(KeyError::Id { written: written.to_owned(), computed }) }
}

impl FromStr for VerifierKey {
    type Err = KeyError;
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, id, base64) = split(text)?;
        let (kind, bytes) = untyped(base64)?;
        let point = VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError::NotAPublicKey)?;
        let key = Self::new(name, kind, point)?;
        check_id(id, &key)?;
        Ok(key)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{:08x}+{}", self.name, self.id, BASE64.encode(&typed(self.kind, self.key.as_bytes())))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a witness signs: the time and the checkpoint (C2SP tlog-cosignature, "Ed25519 signed message").
pub(crate) fn cosigned_message(seconds: u64, checkpoint: &[u8]) -> Vec<u8> {
    let mut message = format!("cosignature/v1\ntime {seconds}\n").into_bytes();
    message.extend_from_slice(checkpoint);
    message
}

impl signed_note::Verifier for VerifierKey {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        self.id
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let holds = |message: &[u8], signature: &[u8]| {
            Signature::from_slice(signature)
                .is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
        };
        match self.kind {
            KeyKind::Log => holds(message, signature),
            KeyKind::Witness => cosigned_at(signature)
                .is_some_and(|(seconds, signature)| holds(&cosigned_message(seconds, message), signature)),
        }
    }
}

/// Splits a timestamped signature into seconds since 1970 and the signature.
pub(crate) fn cosigned_at(signature: &[u8]) -> Option<(u64, &[u8])> {
    let (seconds, signature) = signature.split_first_chunk::<8>()?;
    let seconds = u64::from_be_bytes(*seconds);
    i64::try_from(seconds).ok()?;
    Some((seconds, signature))
}

/// Why a signature could not be made, as the holder of the key tells it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the key `{key}` did not sign: {reason}; nothing was published")]
pub struct SigningError {
    /// The key's name.
    pub key: String,
    /// What its holder says.
    pub reason: String,
}

/// Whoever holds a private key: a file, a hardware module, a remote service.
pub trait Sign {
    /// The public key that goes with it.
    fn key(&self) -> &VerifierKey;

    /// An Ed25519 signature (RFC 8032) of exactly these bytes.
    ///
    /// # Errors
    /// What keeps the holder from signing.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SigningError>;
}

/// A private key in memory: `PRIVATE+KEY+name+id+base64(type || seed)`. `Debug` does not show it; it is wiped when
/// dropped.
pub struct PrivateKey {
    public: VerifierKey,
    private: SigningKey,
}

impl PrivateKey {
    /// Makes a key from 32 bytes, which must come from a cryptographic generator.
    ///
    /// # Errors
    /// A name that is empty or has spaces, `+` or control characters.
    pub fn from_seed(name: &str, kind: KeyKind, seed: [u8; 32]) -> Result<Self, KeyError> {
        let private = SigningKey::from_bytes(&seed);
        Ok(Self { public: VerifierKey::new(name, kind, private.verifying_key())?, private })
    }

    /// The written form, to be kept secret.
    #[must_use]
    pub fn to_secret_text(&self) -> String {
        let base64 = BASE64.encode(&typed(self.public.kind, self.private.as_bytes()));
        format!("PRIVATE+KEY+{}+{:08x}+{base64}", self.public.name, self.public.id)
    }
}

impl FromStr for PrivateKey {
    type Err = KeyError;
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, id, base64) = split(text.strip_prefix("PRIVATE+KEY+").ok_or(KeyError::Form)?)?;
        let (kind, seed) = untyped(base64)?;
        let key = Self::from_seed(name, kind, seed)?;
        check_id(id, &key.public)?;
        Ok(key)
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({}, withheld)", self.public)
    }
}

impl Sign for PrivateKey {
    fn key(&self) -> &VerifierKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SigningError> {
        Ok(self.private.sign(message).to_bytes())
    }
}
