//! A small log in `vectors/ledger`, byte for byte: for other implementations, and so that no change goes unseen.
//!
//! After a wanted change of the form, write it anew with `WRITE_VECTORS=1 cargo test -p ledger --test vectors`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod made_log;

use std::{collections::BTreeMap, fs, path::PathBuf};

use ledger::*;
use made_log::*;

/// The whole folder: 22 entries, every kind twice, cosigned by a witness; the state after 11; keys; a receipt.
fn made() -> BTreeMap<String, Vec<u8>> {
    let (mut files, _) = log(&entries(0, 11));
    let half = files.remove(CHECKPOINT_PATH).unwrap();
    let edge = append(&Edge::empty(), &entries(0, 11)).unwrap().edge;
    let grown = append(&edge, &entries(11, 22)).unwrap();
    files.extend(grown.files.into_iter().map(|file| (file.path, file.bytes)));
    let checkpoint = SignedCheckpoint::sign(22, grown.edge.root().unwrap(), &log_key()).unwrap();
    let cosigned = checkpoint.cosign(at(60), &witness(1)).unwrap();
    let receipt = receipt(&files, &cosigned, 12).to_bytes().unwrap();
    files.insert(CHECKPOINT_PATH.to_owned(), cosigned.to_bytes());
    let line = |key: &dyn Sign| format!("{}\n", key.key()).into_bytes();
    let mut made: BTreeMap<String, Vec<u8>> =
        files.into_iter().map(|(path, bytes)| (format!("small-log/{path}"), bytes)).collect();
    made.insert("checkpoint-after-11".to_owned(), half);
    made.insert("receipt.json".to_owned(), receipt);
    made.insert("log.pub".to_owned(), line(&log_key()));
    made.insert("witness-1.pub".to_owned(), line(&witness(1)));
    made
}

#[test]
fn the_small_log_is_byte_for_byte_as_published() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/ledger"));
    for (path, bytes) in made() {
        let file = folder.join(&path);
        if std::env::var_os("WRITE_VECTORS").is_some() {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, &bytes).unwrap();
        }
        assert!(
            fs::read(&file).unwrap() == bytes,
            "{path} differs; if that is wanted, write the vectors anew"
        );
    }
}
