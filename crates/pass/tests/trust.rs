//! Trust in every form it is published in, with certificates made by another implementation.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{fs, path::PathBuf};

use data_encoding::{BASE64, BASE64URL_NOPAD};
use pass::{
    CertificateError, KeyId, TrustFileError, TrustList, TrustListError, TrustedKey, Usages,
    read_did_document, read_public_keys, read_trust_file,
};

fn vectors() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vectors/pass")
}

fn read(name: &str) -> Vec<u8> {
    fs::read(vectors().join(name)).unwrap()
}

#[test]
fn a_chain_is_followed_and_counts_while_all_of_it_is_valid() {
    for name in ["chain-es256.pem", "chain-es384.pem", "chain-rsa.pem", "chain-rsa-pss.pem"] {
        let pem = read(&format!("certificates/{name}"));
        let store = read_trust_file(&pem, name, &[]).unwrap();
        assert_eq!(store.len(), 1, "{name}: the authority signs no passes");
        let first = x509_parser::pem::Pem::iter_from_buffer(&pem).next().unwrap().unwrap();
        let key = &store.get(KeyId::of(&first.contents).as_bytes())[0];
        assert_eq!(key.usages, Usages::TEST, "{name}");
        assert!(key.is_valid("2026-12-31T23:59:59Z".parse().unwrap()), "{name}");
        assert!(!key.is_valid("2027-01-01T00:00:01Z".parse().unwrap()), "{name}");
        assert!(!key.is_valid("2025-12-31T23:59:59Z".parse().unwrap()), "{name}");
    }
}

#[test]
fn a_chain_with_a_gap_is_refused() {
    for name in ["broken-no-authority.pem", "broken-other-root.pem"] {
        let error = read_trust_file(&read(&format!("certificates/{name}")), name, &[]).unwrap_err();
        assert!(matches!(error, TrustFileError::Certificate(CertificateError::Chain(0))), "{name}: {error}");
    }
}

#[test]
fn a_trust_list_needs_its_publisher() {
    let list = read("trust-list.cbor");
    let publisher: Vec<TrustedKey> = read_public_keys(&read("publisher.pem"), "publisher")
        .unwrap()
        .into_iter()
        .map(|(key, _)| key)
        .collect();
    let read_list = TrustList::read(&list, &publisher).unwrap();
    assert_eq!(read_list.entries.len(), 3);
    assert_eq!(read_list.entries[0].key.help["en"], "Call 12320");
    assert_eq!(read_list.edition.version, 7);
    assert!(matches!(read_trust_file(&list, "list", &[]), Err(TrustFileError::NoAnchor)));
    let issuer = read_list.entries[0].key.clone();
    let error = TrustList::read(&list, &[issuer]).unwrap_err();
    assert!(matches!(error, TrustListError::Document(pass::DocumentError::UnknownSigner(_))), "{error}");
    // A filter is signed by the same key and is still no trust list.
    let error = TrustList::read(&read("revoked.cbor"), &publisher).unwrap_err();
    assert!(
        matches!(error, TrustListError::Document(pass::DocumentError::Form("trust list", "kind"))),
        "{error}"
    );
    for bit in 0..list.len() * 8 {
        let mut flipped = list.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let same = TrustList::read(&flipped, &publisher).is_ok_and(|flipped| flipped != read_list);
        assert!(!same, "bit {bit} changes what the list says");
    }
}

#[test]
fn a_did_document_gives_its_keys_and_their_ids() {
    let pem = read("publisher.pem");
    let der = x509_parser::pem::Pem::iter_from_buffer(&pem).next().unwrap().unwrap().contents;
    let point = &der[der.len() - 64..];
    let (x, y) = point.split_at(32);
    let encode = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
    let jwk = serde_json::json!({ "kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y) });
    let kid = [0xff_u8, 0xfe, 0xfd, 3, 4, 5, 6, 7];
    let escaped = BASE64.encode(&kid).replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
    let document = |id: &str, jwk: &serde_json::Value| {
        serde_json::json!({ "id": "did:web:example.org", "verificationMethod": [{
            "id": id, "type": "JsonWebKey2020", "controller": "did:web:example.org", "publicKeyJwk": jwk,
        }]})
        .to_string()
    };
    let keys = read_did_document(&document(&format!("did:web:example.org#{escaped}"), &jwk)).unwrap();
    assert_eq!(keys[0].id.as_bytes(), &kid);
    assert_eq!(keys[0].key, TrustedKey::from_spki(&der, "").unwrap().key);

    let chain = read("certificates/chain-es256.pem");
    let leaf = x509_parser::pem::Pem::iter_from_buffer(&chain).next().unwrap().unwrap().contents;
    let mut with_certificate = jwk.clone();
    with_certificate["x5c"] = serde_json::json!([BASE64.encode(&leaf)]);
    let keys = read_did_document(&document("did:web:example.org#ignored", &with_certificate)).unwrap();
    assert_eq!(keys[0].id, KeyId::of(&leaf), "the first 8 bytes of the certificate's SHA-256");
    assert_eq!(keys[0].usages, Usages::TEST);

    for (id, jwk) in [("did:web:example.org", &jwk), ("did:web:example.org#short", &jwk)] {
        assert!(read_did_document(&document(id, jwk)).unwrap_err().to_string().contains("key id"), "{id}");
    }
    assert!(read_did_document("{}").is_err());
}

#[test]
fn what_gives_no_trust_says_why() {
    for (bytes, words) in [
        (&b"hello"[..], "neither PEM"),
        (&b""[..], "neither PEM"),
        (&read("issuer-private.pem")[..], "trust needs no private key"),
        (&b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"[..], "not an X.509 certificate"),
        (&b"{\"verificationMethod\": 3}"[..], "not a DID document"),
    ] {
        let error = read_trust_file(bytes, "file", &[]).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}
