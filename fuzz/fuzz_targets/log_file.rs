//! Any bytes as a file of the public log, a receipt or a key: refused, or read and written back as they were.
#![no_main]

use std::collections::BTreeMap;

use ledger::{
    Edge, Entry, EntryProof, KeyKind, PrivateKey, Receipt, Sha256Hash, Sign, SignedCheckpoint, TreeHead, Trust,
    VerifierKey, append, read_entry, verify_log,
};
use libfuzzer_sys::fuzz_target;

/// The keys of `vectors/ledger`.
fn trust() -> Trust {
    let log = PrivateKey::from_seed("log.example.org/health", KeyKind::Log, [1; 32]).expect("a key");
    Trust::new(log.key().clone(), Vec::new(), 0).expect("a key of a log")
}

fuzz_target!(|bytes: &[u8]| {
    let trust = trust();
    if let Ok(entry) = Entry::parse(bytes) {
        assert_eq!(entry.to_bytes().expect("it was read"), bytes);
        append(&Edge::empty(), &[entry]).expect("what is an entry can be appended");
    }
    if let Ok(checkpoint) = SignedCheckpoint::parse(bytes) {
        assert_eq!(checkpoint.to_bytes(), bytes);
        let _ = checkpoint.verify(&trust);
    }
    if let Ok(receipt) = Receipt::parse(bytes) {
        let _ = receipt.verify(&trust);
    }
    if let Ok(proof) = EntryProof::parse(bytes) {
        let _ = proof.verify(&trust);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        if let Ok(key) = text.parse::<VerifierKey>() {
            assert_eq!(key.to_string(), text);
        }
        let _ = text.parse::<PrivateKey>();
    }
    as_tiles(bytes, &trust);
});

/// The same bytes as bundle, tile and checkpoint of a log.
fn as_tiles(bytes: &[u8], trust: &Trust) {
    let paths = ["checkpoint", "tile/0/000", "tile/0/000.p/3", "tile/entries/000", "tile/entries/000.p/3"];
    let files: BTreeMap<String, Vec<u8>> =
        paths.iter().map(|path| ((*path).to_owned(), bytes.to_vec())).collect();
    let head = TreeHead { origin: "log.example.org/health".to_owned(), size: 3, root: Sha256Hash([0; 32]) };
    let _ = read_entry(&files, &head, 2);
    assert!(Edge::read(&files, &head).is_err(), "nobody finds the root that is all zeroes");
    let _ = verify_log(&files, trust, None);
}
