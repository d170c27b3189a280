//! The public log as files that anyone can check, whenever the publisher dies.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use evidence::{Level, Symptom};
use ledger::{
    CHECKPOINT_PATH, KeyKind, LogReader, PrivateKey, Receipt, Sign as _, SignedCheckpoint, Trust, verify_log,
};
use office::{LogPlace, OfficeError};
use town::{Town, everywhere, symptoms};

/// Files in memory that can be written only so many times.
#[derive(Default)]
struct Files {
    files: Mutex<BTreeMap<String, Vec<u8>>>,
    writes_left: AtomicU32,
}

impl LogReader for Files {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.files.lock().unwrap().read(path)
    }
}

impl LogPlace for Files {
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let left = self.writes_left.load(Ordering::SeqCst);
        if left == 0 {
            return Err(io::Error::other("killed"));
        }
        self.writes_left.store(left - 1, Ordering::SeqCst);
        let before = self.files.lock().unwrap().insert(path.to_owned(), bytes.to_vec());
        assert!(
            path == CHECKPOINT_PATH || before.is_none_or(|before| before == bytes),
            "{path} never changes"
        );
        Ok(())
    }
}

impl Files {
    fn allow(&self, writes: u32) -> &Self {
        self.writes_left.store(writes, Ordering::SeqCst);
        self
    }
}

fn key() -> PrivateKey {
    PrivateKey::from_seed("log.example.org/health", KeyKind::Log, [1; 32]).unwrap()
}

fn trust() -> Trust {
    Trust::new(key().key().clone(), Vec::new(), 0).unwrap()
}

/// Makes some entries: rule sets are published.
async fn entries(town: &Town, count: usize) {
    for _ in 0..count {
        town.publish().await;
    }
    town.pass(1).await;
}

#[tokio::test]
async fn the_log_is_whole_whenever_its_publisher_dies() {
    everywhere(200, async |town| {
        let files = Files::default();
        assert_eq!(
            town.office.publish_log(files.allow(9), &key()).await.unwrap(),
            0,
            "an empty log has a checkpoint"
        );
        let mut published = 0;
        for round in 0..12 {
            entries(&town, 30).await;
            let before = SignedCheckpoint::parse(&files.read(CHECKPOINT_PATH).unwrap()).unwrap();
            // It dies after so many files, and what stands there is a log all the same.
            for writes in 0.. {
                let done = town.office.publish_log(files.allow(writes % 7), &key()).await;
                let log = verify_log(&files, &trust(), Some(&before)).unwrap();
                if let Ok(size) = done {
                    assert_eq!(size, log.head.size);
                    published = size;
                    break;
                }
                assert!(matches!(done, Err(OfficeError::Refused { .. })));
            }
            assert_eq!(published, 30 * (round + 1));
        }
        // Beyond a full tile of 256.
        assert!(files.read("tile/entries/000").is_ok());
        assert_eq!(
            town.office.publish_log(files.allow(0), &key()).await.unwrap(),
            published,
            "nothing to do"
        );
    })
    .await;
}

#[tokio::test]
async fn r8_a_receipt_proves_to_anyone_what_was_decided() {
    everywhere(200, async |town| {
        let files = Files::default();
        town.publish().await;
        let (anna, as_anna) = town.person("Anna", None).await;
        let (_, as_bo) = town.person("Bo", None).await;
        let level = town.office.declare(&as_anna, &anna, symptoms(&[Symptom::LossOfSmell])).await.unwrap();
        assert_eq!(level, Level::Yellow);
        town.office.appeal(&as_anna, &anna, "telling-symptoms", "No.", &[]).await.unwrap();
        assert!(
            town.office.receipts(&as_anna, &anna, &files).await.unwrap().is_empty(),
            "nothing is published yet"
        );
        town.pass(25).await;
        town.office.publish_log(files.allow(99), &key()).await.unwrap();
        let receipts = town.office.receipts(&as_anna, &anna, &files).await.unwrap();
        assert_eq!(receipts.len(), 1);
        let written = receipts[0].to_bytes().unwrap();
        let receipt = Receipt::parse(&written).unwrap();
        assert!(receipt.verify(&trust()).is_ok());
        let text = String::from_utf8(written).unwrap();
        let forged = Receipt::parse(text.replace(anna.as_str(), "p000000").as_bytes());
        assert!(forged.is_ok_and(|forged| forged.verify(&trust()).is_err()), "about another");
        assert!(town.office.receipts(&as_bo, &anna, &files).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn an_office_that_forgot_entries_does_not_tell_another_story() {
    everywhere(200, async |town| {
        entries(&town, 3).await;
        let files = Files::default();
        // The files of a longer log, as they stand when an old backup is restored.
        let longer: Vec<ledger::Entry> = {
            let one = town.office.log_entries(0, 9).await.unwrap();
            one.iter().chain(&one).cloned().collect()
        };
        let appended = ledger::append(&ledger::Edge::empty(), &longer).unwrap();
        let checkpoint = SignedCheckpoint::sign(6, appended.edge.root().unwrap(), &key()).unwrap();
        files.allow(99);
        for file in &appended.files {
            files.write(&file.path, &file.bytes).unwrap();
        }
        files.write(CHECKPOINT_PATH, &checkpoint.to_bytes()).unwrap();
        let error = town.office.publish_log(&files, &key()).await.unwrap_err().to_string();
        assert!(error.contains("6 entries") && error.contains("newer backup"), "{error}");
        // And not under another key than the one before.
        let other = PrivateKey::from_seed("log.example.org/health", KeyKind::Log, [2; 32]).unwrap();
        assert!(town.office.publish_log(&files, &other).await.is_err());
    })
    .await;
}
