//! Keys, checkpoints and cosignatures.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod made_log;

use ledger::*;
use made_log::*;

/// The key pair and signature that Go's golang.org/x/mod/sumdb/note and C2SP signed-note implementations share.
const NEUMANN: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const NEUMANN_PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const NEUMANN_TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const NEUMANN_SIGNATURE: &str =
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";

#[test]
fn keys_and_signatures_are_those_of_other_implementations() {
    let private: PrivateKey = NEUMANN.parse().unwrap();
    assert_eq!(private.key().to_string(), NEUMANN_PUBLIC);
    assert_eq!(private.to_secret_text(), NEUMANN);
    let signature = private.sign(NEUMANN_TEXT.as_bytes()).unwrap();
    let line = [&private.key().id().to_be_bytes()[..], &signature].concat();
    assert_eq!(data_encoding::BASE64.encode(&line), NEUMANN_SIGNATURE);
    let public: VerifierKey = NEUMANN_PUBLIC.parse().unwrap();
    assert_eq!(&public, private.key());
}

#[test]
fn a_private_key_does_not_show_itself() {
    let shown = format!("{:?}", NEUMANN.parse::<PrivateKey>().unwrap());
    assert!(!shown.contains("AYEKFALVFGyNhPJEMzD1QIDr"), "{shown}");
    assert!(shown.contains("withheld"), "{shown}");
}

#[test]
fn what_is_no_key_is_refused_with_the_reason() {
    let cases = [
        ("", KeyError::Form),
        ("PeterNeumann+c74f20a3", KeyError::Form),
        ("PeterNeumann+c74f20a3+ARpc2QcU", KeyError::Form),
        ("PeterNeumann+c74f20a3+CRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyError::Kind(9)),
        (
            "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            KeyError::Id { written: "c74f20a4".to_owned(), computed: "c74f20a3".to_owned() },
        ),
    ];
    for (text, error) in cases {
        assert_eq!(text.parse::<VerifierKey>(), Err(error), "{text}");
    }
}

#[test]
fn a_checkpoint_reads_as_c2sp_says() {
    let (_, checkpoint) = log(&entries(0, 2));
    let text = checkpoint.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..2], ["log.example.org/health", "2"]);
    assert_eq!(data_encoding::BASE64.decode(lines[2].as_bytes()).unwrap(), checkpoint.head().root.0);
    assert_eq!(lines[3], "");
    assert!(lines[4].starts_with("— log.example.org/health "), "{text}");
    assert_eq!(lines.len(), 5);
}

#[test]
fn the_cosigned_example_of_c2sp_is_read() {
    // C2SP tlog-cosignature, the example of its introduction.
    let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
    let checkpoint = SignedCheckpoint::parse(text.as_bytes()).unwrap();
    assert_eq!(
        (checkpoint.head().origin.as_str(), checkpoint.head().size),
        ("example.com/behind-the-sofa", 20_852_163)
    );
    assert_eq!(checkpoint.to_string(), text);
}

#[test]
fn witnesses_are_counted_once_each_and_must_be_known() {
    let (_, signed) = log(&entries(0, 3));
    let cosigned = signed.cosign(at(9), &witness(1)).unwrap().cosign(at(10), &witness(2)).unwrap();
    let known = |numbers: &[u8]| numbers.iter().map(|n| witness(*n).key().clone()).collect::<Vec<_>>();
    let trust = |numbers: &[u8], min| Trust::new(log_key().key().clone(), known(numbers), min);

    let seen = cosigned.verify(&trust(&[1, 2, 3], 2).unwrap()).unwrap();
    let names: Vec<&str> = seen.iter().map(|cosignature| cosignature.witness.as_str()).collect();
    assert_eq!(names, ["witness.example.org/1", "witness.example.org/2"]);
    assert_eq!(seen[0].at_seconds, u64::try_from(at(9).as_second()).unwrap());

    assert_eq!(
        cosigned.verify(&trust(&[1, 3], 2).unwrap()),
        Err(CheckpointError::Witnesses { found: 1, needed: 2 })
    );
    let twice = signed.cosign(at(9), &witness(1)).unwrap().cosign(at(10), &witness(1)).unwrap();
    assert_eq!(
        twice.verify(&trust(&[1, 2], 2).unwrap()),
        Err(CheckpointError::Witnesses { found: 1, needed: 2 })
    );
    assert!(matches!(trust(&[1, 1], 2), Err(CheckpointError::TooFewKnown { needed: 2, known: 1 })));
    assert_eq!(cosigned.verify(&made_log::trust()).unwrap(), []);
}

#[test]
fn a_witness_under_two_names_is_one_witness() {
    let alias = PrivateKey::from_seed("witness.example.org/alias", KeyKind::Witness, [101; 32]).unwrap();
    let keys = vec![witness(1).key().clone(), alias.key().clone()];
    assert!(matches!(
        Trust::new(log_key().key().clone(), keys, 2),
        Err(CheckpointError::TooFewKnown { needed: 2, known: 1 })
    ));
}

#[test]
fn a_cosignature_does_not_replace_the_logs_own_signature() {
    let (_, signed) = log(&entries(0, 3));
    let cosigned = signed.cosign(at(9), &witness(1)).unwrap().to_string();
    let without: String = cosigned
        .lines()
        .filter(|line| !line.starts_with("— log"))
        .fold(String::new(), |text, line| text + line + "\n");
    let trust = Trust::new(log_key().key().clone(), vec![witness(1).key().clone()], 1).unwrap();
    let stripped = SignedCheckpoint::parse(without.as_bytes()).unwrap();
    assert!(matches!(stripped.verify(&trust), Err(CheckpointError::Unsigned(_))));
}

#[test]
fn a_cosignature_with_another_time_does_not_hold() {
    let (_, signed) = log(&entries(0, 3));
    let trust = Trust::new(log_key().key().clone(), vec![witness(1).key().clone()], 1).unwrap();
    let cosigned = signed.cosign(at(9), &witness(1)).unwrap().to_string();
    let line = cosigned.lines().last().unwrap();
    let (before, base64) = line.rsplit_once(' ').unwrap();
    let mut bytes = data_encoding::BASE64.decode(base64.as_bytes()).unwrap();
    bytes[11] ^= 1;
    let changed = cosigned.replace(line, &format!("{before} {}", data_encoding::BASE64.encode(&bytes)));
    let changed = SignedCheckpoint::parse(changed.as_bytes()).unwrap();
    assert!(matches!(changed.verify(&trust), Err(CheckpointError::Signature(_))));
}

#[test]
fn keys_of_logs_and_witnesses_are_not_interchangeable() {
    let (_, signed) = log(&entries(0, 3));
    let root = signed.head().root;
    assert!(matches!(SignedCheckpoint::sign(3, root, &witness(1)), Err(CheckpointError::KeyKind { .. })));
    assert!(matches!(signed.cosign(at(9), &log_key()), Err(CheckpointError::KeyKind { .. })));
    assert!(matches!(Trust::new(witness(1).key().clone(), vec![], 0), Err(CheckpointError::KeyKind { .. })));
    let as_witness = vec![log_key().key().clone()];
    assert!(matches!(
        Trust::new(log_key().key().clone(), as_witness, 1),
        Err(CheckpointError::KeyKind { .. })
    ));
}

#[test]
fn a_checkpoint_of_another_log_is_refused_by_name() {
    let (_, signed) = log(&entries(0, 3));
    let other = PrivateKey::from_seed("log.example.org/other", KeyKind::Log, [1; 32]).unwrap();
    let trust = Trust::new(other.key().clone(), vec![], 0).unwrap();
    assert!(matches!(signed.verify(&trust), Err(CheckpointError::Origin { .. })));
}

struct Broken(VerifierKey);

impl Sign for Broken {
    fn key(&self) -> &VerifierKey {
        &self.0
    }
    fn sign(&self, _: &[u8]) -> Result<[u8; 64], SigningError> {
        Err(SigningError { key: self.0.name().to_owned(), reason: "the module is locked".to_owned() })
    }
}

#[test]
fn a_signer_that_fails_says_why() {
    let error = SignedCheckpoint::sign(0, Sha256Hash([0; 32]), &Broken(log_key().key().clone())).unwrap_err();
    assert!(error.to_string().contains("the module is locked"), "{error}");
}

#[test]
fn every_single_flipped_bit_of_a_cosigned_checkpoint_is_found_where_the_witness_is_required() {
    let (_, signed) = log(&entries(0, 3));
    let bytes = signed.cosign(at(9), &witness(1)).unwrap().to_bytes();
    let trust = Trust::new(log_key().key().clone(), vec![witness(1).key().clone()], 1).unwrap();
    SignedCheckpoint::parse(&bytes).unwrap().verify(&trust).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let found = SignedCheckpoint::parse(&changed).and_then(|checkpoint| checkpoint.verify(&trust));
        assert!(found.is_err(), "bit {bit}");
    }
}
