//! Whatever is changed in a log or a receipt after the fact is found.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod made_log;

use ledger::*;
use made_log::*;
use proptest::prelude::*;

#[test]
fn an_untouched_log_is_right_at_every_size() {
    for size in [0, 1, 2, 3, 10, 255, 256, 257, 511, 512, 513] {
        let (files, checkpoint) = log(&entries(0, size));
        let verified = verify_log(&files, &trust(), None).unwrap();
        assert_eq!(&verified.head, checkpoint.head(), "size {size}");
        assert_eq!(verified.head.size, u64::try_from(size).unwrap());
    }
}

#[test]
fn every_single_flipped_bit_of_a_log_is_found() {
    let (files, _) = log(&entries(0, 3));
    let mut flips = 0;
    for (path, bytes) in &files {
        for bit in 0..bytes.len() * 8 {
            let mut changed = files.clone();
            changed.get_mut(path).unwrap()[bit / 8] ^= 1 << (bit % 8);
            assert!(verify_log(&changed, &trust(), None).is_err(), "{path}, bit {bit}");
            flips += 1;
        }
    }
    assert!(flips > 8_000, "{flips}");
}

#[test]
fn every_single_flipped_bit_of_a_receipt_is_found_or_means_nothing() {
    let (files, checkpoint) = log(&entries(0, 5));
    let receipt = receipt(&files, &checkpoint, 1);
    let bytes = receipt.to_bytes().unwrap();
    receipt.verify(&trust()).unwrap();
    let mut same = Vec::new();
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        if let Ok(other) = Receipt::parse(&changed)
            && other.verify(&trust()).is_ok()
        {
            // The letters T and Z of a time may be small.
            assert_eq!(other, receipt, "bit {bit}");
            same.push(char::from(bytes[bit / 8]));
        }
    }
    assert!(same.iter().all(|letter| "TZ".contains(*letter)), "{same:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_flipped_bit_anywhere_in_a_longer_log_is_found(file in any::<prop::sample::Index>(), bit in any::<prop::sample::Index>()) {
        let (mut files, _) = log(&entries(0, 600));
        let path = file.get(&files.keys().cloned().collect::<Vec<_>>()).clone();
        let bytes = files.get_mut(&path).unwrap();
        let bit = bit.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        let error = verify_log(&files, &trust(), None).unwrap_err();
        prop_assert!(error.to_string().contains(if path.starts_with("tile/1") { "tile/" } else { path.split('/').next().unwrap() }), "{}", error);
    }
}

#[test]
fn the_first_wrong_place_is_named() {
    let (files, _) = log(&entries(0, 600));
    let changed = |path: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut files = files.clone();
        change(files.get_mut(path).unwrap());
        verify_log(&files, &trust(), None).unwrap_err()
    };
    let flip = |position: usize| move |bytes: &mut Vec<u8>| bytes[position] ^= 1;
    assert_eq!(
        changed("tile/0/001", &flip(32 * 7)),
        LogError::Tile { path: "tile/0/001".to_owned(), first_entry: 263, entries: 1 }
    );
    assert_eq!(
        changed("tile/1/000.p/2", &flip(33)),
        LogError::Tile { path: "tile/1/000.p/2".to_owned(), first_entry: 256, entries: 256 }
    );
    match changed("tile/entries/001", &flip(5)) {
        LogError::Entry { path, index, .. } => assert_eq!((path.as_str(), index), ("tile/entries/001", 256)),
        other => panic!("{other}"),
    }
    match changed("tile/entries/002.p/88", &|bytes| bytes.push(0)) {
        LogError::File { path, reason } => {
            assert_eq!(path, "tile/entries/002.p/88");
            assert!(reason.contains("left over"), "{reason}");
        }
        other => panic!("{other}"),
    }
}

#[test]
fn every_missing_file_is_named() {
    let (files, _) = log(&entries(0, 600));
    for path in files.keys() {
        let mut fewer = files.clone();
        fewer.remove(path);
        match verify_log(&fewer, &trust(), None).unwrap_err() {
            LogError::File { path: named, .. } => assert_eq!(&named, path),
            other => panic!("{path}: {other}"),
        }
    }
}

#[test]
fn a_log_cut_short_is_found_by_an_earlier_checkpoint() {
    let (_, earlier) = log(&entries(0, 300));
    let (shorter, _) = log(&entries(0, 299));
    verify_log(&shorter, &trust(), None).unwrap();
    assert_eq!(
        verify_log(&shorter, &trust(), Some(&earlier)),
        Err(LogError::Truncated { size: 299, previous: 300 })
    );
}

#[test]
fn a_rewritten_log_is_found_by_any_earlier_checkpoint_that_saw_the_original() {
    let original = entries(0, 300);
    let mut rewritten = original.clone();
    rewritten[40] = Entry::new(at(40), office("health/south"), what(40)).unwrap();
    let (files, _) = log(&rewritten);
    verify_log(&files, &trust(), None).unwrap();
    for size in [0, 1, 40, 41, 255, 256, 300] {
        let (_, earlier) = log(&original[..size]);
        let found = verify_log(&files, &trust(), Some(&earlier));
        if size <= 40 {
            found.unwrap();
        } else {
            assert_eq!(found, Err(LogError::Forked { size: u64::try_from(size).unwrap() }));
        }
    }
}

#[test]
fn a_proof_of_growth_does_not_exist_between_forks() {
    let (files, checkpoint) = log(&entries(0, 300));
    let mut other = entries(0, 100);
    other[5] = Entry::new(at(5), office("health/south"), what(5)).unwrap();
    let (_, forked) = log(&other);
    let (_, honest) = log(&entries(0, 100));
    let proof = prove_consistency(&files, checkpoint.head(), 100).unwrap();
    verify_consistency(honest.head(), checkpoint.head(), &proof).unwrap();
    assert_eq!(verify_consistency(forked.head(), checkpoint.head(), &proof), Err(ProofError::DoesNotHold));
}

#[test]
fn a_receipt_proves_its_own_decision_and_no_other() {
    let (files, checkpoint) = log(&entries(0, 40));
    for number in [1, 2, 3, 10, 12, 34] {
        let proven = receipt(&files, &checkpoint, number).verify(&trust()).unwrap();
        assert_eq!(proven.index, u64::try_from(number).unwrap());
        assert_eq!(proven.entry, entries(number, number + 1)[0]);
    }
    let proof = EntryProof::make(&files, &checkpoint, 1).unwrap();
    let other = Receipt::new(decision(12), salt(1), proof.clone());
    assert_eq!(other, Err(ReceiptError::OtherContent));
    assert_eq!(Receipt::new(decision(1), salt(12), proof), Err(ReceiptError::OtherContent));
    let nobody = EntryProof::make(&files, &checkpoint, 0).unwrap();
    assert_eq!(Receipt::new(decision(0), salt(0), nobody), Err(ReceiptError::NoCommitment));
}

#[test]
fn a_receipt_signed_by_another_log_proves_nothing() {
    let (files, checkpoint) = log(&entries(0, 5));
    let receipt = receipt(&files, &checkpoint, 1);
    let stranger = PrivateKey::from_seed("log.example.org/health", KeyKind::Log, [9; 32]).unwrap();
    let trust = Trust::new(stranger.key().clone(), vec![], 0).unwrap();
    assert!(matches!(receipt.verify(&trust), Err(ReceiptError::Checkpoint(CheckpointError::Unsigned(_)))));
}

#[test]
fn appending_goes_on_where_the_files_end_and_again_after_a_crash() {
    let (files, checkpoint) = log(&entries(0, 300));
    let edge = Edge::read(&files, checkpoint.head()).unwrap();
    let once = append(&edge, &entries(300, 700)).unwrap();
    assert_eq!(append(&edge, &entries(300, 700)).unwrap(), once);
    assert_eq!(once.edge, append(&Edge::empty(), &entries(0, 700)).unwrap().edge);
    let mut grown = files;
    grown.extend(once.files.into_iter().map(|file| (file.path, file.bytes)));
    // Files of a tree that no checkpoint tells yet do no harm.
    verify_log(&grown, &trust(), None).unwrap();
    let new = SignedCheckpoint::sign(700, once.edge.root().unwrap(), &log_key()).unwrap();
    grown.insert(CHECKPOINT_PATH.to_owned(), new.to_bytes());
    verify_log(&grown, &trust(), Some(&checkpoint)).unwrap();
}

#[test]
fn an_edge_with_changed_files_is_refused() {
    let (files, checkpoint) = log(&entries(0, 300));
    for (path, position) in [("tile/0/001.p/44", 5), ("tile/1/000.p/1", 5), ("tile/entries/001.p/44", 5)] {
        let mut files = files.clone();
        files.get_mut(path).unwrap()[position] ^= 1;
        assert!(Edge::read(&files, checkpoint.head()).is_err(), "{path}");
    }
}
