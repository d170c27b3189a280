//! Any bytes as a file of trust: a certificate or key in PEM or DER, a DID document, a signed list.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let anchor = pass::read_public_keys(include_bytes!("../../vectors/pass/publisher.pem"), "").unwrap();
    let anchor: Vec<_> = anchor.into_iter().map(|(key, _)| key).collect();
    let _ = pass::read_trust_file(bytes, "file", &anchor);
    let _ = pass::read_public_keys(bytes, "file");
});
