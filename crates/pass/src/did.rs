//! Trust from the `did.json` documents of the WHO's network of trust (GDHCN).
//!
//! The proof inside such a document is not checked here: fetch it from its publisher over a channel you trust, and put
//! its keys on your own signed list.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde::Deserialize;

use crate::{
    certificate::{CertificateError, read_certificate},
    key::{KeyError, KeyId, PublicKey},
    trust::{TrustedKey, Usages},
};

/// Why a text is not a DID document with keys.
#[derive(Debug, thiserror::Error)]
pub enum DidError {
    /// Not JSON, or not of this form.
    #[error("this is not a DID document with verification methods: {0}")]
    Json(#[from] serde_json::Error),
    /// A verification method has no key that can be read.
    #[error(
        "the verification method `{0}` has no key of a known kind (P-256, P-384, Ed25519 or RSA as a JSON Web Key)"
    )]
    Method(String),
    /// The certificate beside a key.
    #[error("the verification method `{0}`: {1}")]
    Certificate(String, CertificateError),
    /// The key id is not the one of the certificate, and not 8 bytes in Base64.
    #[error("the verification method `{0}` ends with no key id: 8 bytes in Base64, as behind `#`")]
    KeyId(String),
    /// The numbers of a key.
    #[error("the verification method `{0}`: {1}")]
    Key(String, KeyError),
}

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "verificationMethod")]
    methods: Vec<Method>,
}

#[derive(Deserialize)]
struct Method {
    id: String,
    #[serde(rename = "publicKeyJwk")]
    jwk: Jwk,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
    #[serde(default)]
    x5c: Vec<String>,
}

/// The keys of a DID document (JSON). Beside a certificate (`x5c`), its dates and usages count and the key id is the
/// first 8 bytes of its SHA-256; without one the key id is what stands behind `#`, in Base64.
///
/// # Errors
/// The text is not such a document, or a key in it cannot be read.
pub fn read_did_document(json: &str) -> Result<Vec<TrustedKey>, DidError> {
    let document: Document = serde_json::from_str(json)?;
    document.methods.into_iter().map(key).collect()
}

fn key(method: Method) -> Result<TrustedKey, DidError> {
    let Method { id, jwk } = method;
    // A chain may stand here; the first certificate is the signer's, and the document vouches for it.
    if let Some(first) = jwk.x5c.first() {
        let der = BASE64
            .decode(first.as_bytes())
            .map_err(|_| DidError::Certificate(id.clone(), CertificateError::Der(0)))?;
        let mut key = read_certificate(&[&der]).map_err(|error| DidError::Certificate(id.clone(), error))?;
        key.name = id;
        return Ok(key);
    }
    let unreadable = || DidError::Method(id.clone());
    let number = |field: &Option<String>| -> Result<Vec<u8>, DidError> {
        let text = field.as_deref().ok_or_else(unreadable)?;
        BASE64URL_NOPAD.decode(text.trim_end_matches('=').as_bytes()).map_err(|_| unreadable())
    };
    let point = || Ok::<_, DidError>([&[4][..], &number(&jwk.x)?, &number(&jwk.y)?].concat());
    let key = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("EC", Some("P-256")) => PublicKey::p256(&point()?),
        ("EC", Some("P-384")) => PublicKey::p384(&point()?),
        ("OKP", Some("Ed25519")) => PublicKey::ed25519(&number(&jwk.x)?),
        ("RSA", _) => PublicKey::rsa(&number(&jwk.n)?, &number(&jwk.e)?),
        _ => return Err(unreadable()),
    };
    Ok(TrustedKey {
        id: key_id(&id).ok_or_else(|| DidError::KeyId(id.clone()))?,
        key: key.map_err(|error| DidError::Key(id.clone(), error))?,
        name: id,
        issuer: None,
        not_before: None,
        not_after: None,
        usages: Usages::ALL,
        help: crate::Help::new(),
    })
}

/// The key id behind `#`, with the characters that URLs escape.
fn key_id(id: &str) -> Option<KeyId> {
    let (_, fragment) = id.rsplit_once('#')?;
    let text = fragment.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
    let text = text.replace("%2b", "+").replace("%2f", "/").replace("%3d", "=");
    let text = text.replace('-', "+").replace('_', "/");
    let padded = format!("{}=", text.trim_end_matches('='));
    KeyId::from_bytes(&BASE64.decode(padded.as_bytes()).ok()?)
}
