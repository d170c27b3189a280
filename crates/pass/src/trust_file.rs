//! Trust from files, in every form it is published in.

use std::str;

use x509_parser::pem::Pem;

use crate::{
    certificate::{CertificateError, read_certificate},
    did::{DidError, read_did_document},
    key::KeyError,
    trust::{TrustStore, TrustedKey},
    trust_list::{TrustList, TrustListError},
};

/// Why a file gives no trust.
#[derive(Debug, thiserror::Error)]
pub enum TrustFileError {
    /// A certificate or chain.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A public key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A DID document.
    #[error(transparent)]
    Did(#[from] DidError),
    /// A signed trust list.
    #[error(transparent)]
    List(#[from] TrustListError),
    /// A PEM block that cannot be read.
    #[error("the PEM block {0} cannot be read")]
    Pem(usize),
    /// A PEM block of another kind, such as a private key.
    #[error("the PEM block `{0}` is neither a certificate nor a public key; trust needs no private key")]
    Kind(String),
    /// A signed list without a key to check it with.
    #[error("this is a signed trust list: give the public key of its publisher as well")]
    NoAnchor,
    /// Nothing known.
    #[error(
        "this is neither PEM, nor a certificate or public key in DER, nor a DID document, nor a signed trust list"
    )]
    Unknown,
}

/// The keys in a file: X.509 certificates or public keys (PEM or DER), a DID document (JSON), or our signed trust list,
/// which needs the key of its publisher. Several certificates in one PEM file are a chain, the signer of passes first.
///
/// # Errors
/// The file is none of these, or damaged.
pub fn read_trust_file(
    bytes: &[u8],
    name: &str,
    anchors: &[TrustedKey],
) -> Result<TrustStore, TrustFileError> {
    let text = str::from_utf8(bytes).unwrap_or_default().trim_start();
    if text.contains("-----BEGIN ") {
        return Ok(read_pem(bytes, name)?.into_iter().collect());
    }
    if text.starts_with('{') {
        return Ok(read_did_document(text)?.into_iter().collect());
    }
    // A CBOR tag 18 starts with this byte, DER with a sequence.
    if bytes.first() == Some(&0xd2) {
        if anchors.is_empty() {
            return Err(TrustFileError::NoAnchor);
        }
        return Ok(TrustList::read(bytes, anchors)?.to_store());
    }
    if let Ok(key) = read_certificate(&[bytes]) {
        return Ok([key].into_iter().collect());
    }
    match TrustedKey::from_spki(bytes, name) {
        Ok(key) => Ok([key].into_iter().collect()),
        Err(KeyError::Der) => Err(TrustFileError::Unknown),
        Err(error) => Err(error.into()),
    }
}

/// The bare public keys in a file (PEM or DER), each with its DER.
///
/// # Errors
/// The file has something else, or nothing.
pub fn read_public_keys(bytes: &[u8], name: &str) -> Result<Vec<(TrustedKey, Vec<u8>)>, TrustFileError> {
    if !bytes.starts_with(b"-----BEGIN ") {
        return Ok(vec![(TrustedKey::from_spki(bytes, name)?, bytes.to_vec())]);
    }
    let mut keys = Vec::new();
    for (index, block) in Pem::iter_from_buffer(bytes).enumerate() {
        let block = block.map_err(|_| TrustFileError::Pem(index + 1))?;
        if block.label != "PUBLIC KEY" {
            return Err(TrustFileError::Kind(block.label));
        }
        keys.push((TrustedKey::from_spki(&block.contents, name)?, block.contents));
    }
    if keys.is_empty() { Err(TrustFileError::Unknown) } else { Ok(keys) }
}

fn read_pem(bytes: &[u8], name: &str) -> Result<Vec<TrustedKey>, TrustFileError> {
    let mut keys = Vec::new();
    let mut chain = Vec::new();
    for (index, block) in Pem::iter_from_buffer(bytes).enumerate() {
        let block = block.map_err(|_| TrustFileError::Pem(index + 1))?;
        match block.label.as_str() {
            "CERTIFICATE" => chain.push(block.contents),
            "PUBLIC KEY" => keys.push(TrustedKey::from_spki(&block.contents, name)?),
            other => return Err(TrustFileError::Kind(other.to_owned())),
        }
    }
    if !chain.is_empty() {
        let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
        keys.push(read_certificate(&chain)?);
    }
    if keys.is_empty() { Err(TrustFileError::Unknown) } else { Ok(keys) }
}
