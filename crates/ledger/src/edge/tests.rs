//! Trees of any bytes: known answers, an independent implementation, every chunking.

use std::collections::BTreeMap;

use ct_merkle::{ConsistencyProof, InclusionProof, mem_backed_tree::MemoryBackedTree};
use data_encoding::HEXLOWER;
use proptest::prelude::*;
use serde::Deserialize;
use sha2::Sha256;

use super::*;
use crate::{prove_consistency, prove_inclusion, verify_consistency, verify_inclusion};

#[derive(Deserialize)]
struct Vectors {
    leaves: Vec<String>,
    empty_root: Sha256Hash,
    roots: Vec<Sha256Hash>,
    inclusion: Vec<Inclusion>,
    consistency: Vec<Consistency>,
}

#[derive(Deserialize)]
struct Inclusion {
    index: u64,
    size: u64,
    proof: Vec<Sha256Hash>,
}

#[derive(Deserialize)]
struct Consistency {
    old: u64,
    new: u64,
    proof: Vec<Sha256Hash>,
}

type Files = BTreeMap<String, Vec<u8>>;

fn vectors() -> (Vectors, Vec<Vec<u8>>) {
    let vectors: Vectors =
        serde_json::from_str(include_str!("../../../../vectors/ledger/rfc6962.json")).unwrap();
    let leaves = vectors.leaves.iter().map(|leaf| HEXLOWER.decode(leaf.as_bytes()).unwrap()).collect();
    (vectors, leaves)
}

/// Grows a log by chunks of these sizes (the last takes the rest); gives all files and the edge.
fn grow(entries: &[Vec<u8>], chunks: &[usize]) -> (Files, Edge) {
    let (mut files, mut edge, mut rest) = (Files::new(), Edge::empty(), entries);
    for size in chunks.iter().copied().chain([entries.len()]) {
        let (now, later) = rest.split_at(size.min(rest.len()));
        rest = later;
        let old = edge.size();
        let full: Vec<LogFile> = now.iter().flat_map(|entry| edge.push(entry).unwrap()).collect();
        for file in full.into_iter().chain(edge.partial_files(old)) {
            let before = files.insert(file.path.clone(), file.bytes.clone());
            assert!(before.is_none_or(|before| before == file.bytes), "{} was written twice", file.path);
        }
    }
    (files, edge)
}

fn head(edge: &Edge) -> TreeHead {
    TreeHead { origin: "test".to_owned(), size: edge.size(), root: edge.root().unwrap() }
}

fn numbered(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|number| format!("entry {number}").into_bytes()).collect()
}

fn concatenated(proof: &[Sha256Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| hash.0).collect()
}

#[test]
fn roots_are_those_of_rfc_6962() {
    let (vectors, leaves) = vectors();
    assert_eq!(Edge::empty().root(), Some(vectors.empty_root));
    for (size, root) in (1..).zip(&vectors.roots) {
        assert_eq!(grow(&leaves[..size], &[]).1.root(), Some(*root), "size {size}");
    }
}

#[test]
fn proofs_are_those_of_rfc_6962() {
    let (vectors, leaves) = vectors();
    let tree = |size: u64| grow(&leaves[..usize::try_from(size).unwrap()], &[]);
    for case in &vectors.inclusion {
        let (files, edge) = tree(case.size);
        assert_eq!(prove_inclusion(&files, &head(&edge), case.index).unwrap(), case.proof);
        let leaf = tlog::record_hash(&leaves[usize::try_from(case.index).unwrap()]).into();
        verify_inclusion(leaf, case.index, &head(&edge), &case.proof).unwrap();
    }
    for case in &vectors.consistency {
        let (files, edge) = tree(case.new);
        assert_eq!(prove_consistency(&files, &head(&edge), case.old).unwrap(), case.proof);
        verify_consistency(&head(&tree(case.old).1), &head(&edge), &case.proof).unwrap();
    }
}

#[test]
fn a_tree_of_70_000_has_the_tiles_c2sp_says() {
    // C2SP tlog-tiles, "Partial Tiles": the example, and the one of 256 after it.
    let (files, _) = grow(&numbered(70_000), &[]);
    let full = |level: &str| {
        files.keys().filter(|p| p.starts_with(&format!("tile/{level}/")) && !p.contains(".p/")).count()
    };
    assert_eq!((full("0"), full("1"), full("2"), full("entries")), (273, 1, 0, 273));
    for partial in ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1", "tile/entries/273.p/112"] {
        assert!(files.contains_key(partial), "{partial}");
    }
    assert_eq!(files.len(), 273 + 1 + 273 + 4);
    let (files, _) = grow(&numbered(256), &[]);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["tile/0/000", "tile/1/000.p/1", "tile/entries/000"]);
}

#[test]
fn a_large_tree_agrees_with_an_independent_implementation() {
    let entries = numbered(66_000);
    let (files, edge) = grow(&entries, &[]);
    let mut other = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    entries.iter().for_each(|entry| other.push(entry.clone()));
    assert_eq!(edge.root().unwrap().0, other.root().as_bytes()[..]);
    for index in [0, 255, 256, 65_535, 65_536, 65_999] {
        let proof = prove_inclusion(&files, &head(&edge), index).unwrap();
        let others = other.prove_inclusion(usize::try_from(index).unwrap());
        assert_eq!(concatenated(&proof), others.as_bytes(), "{index}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn however_it_is_chunked_it_is_the_same_tree(
        count in 0_usize..1500,
        chunks in prop::collection::vec(0_usize..600, 0..6),
    ) {
        let entries = numbered(count);
        let (at_once, edge) = grow(&entries, &[]);
        let (in_chunks, same) = grow(&entries, &chunks);
        prop_assert_eq!(&edge, &same);
        for (path, bytes) in &at_once {
            prop_assert_eq!(Some(bytes), in_chunks.get(path), "{}", path);
        }
        prop_assert_eq!(Edge::read(&in_chunks, &head(&edge)).unwrap(), edge);
    }

    #[test]
    fn every_proof_holds_and_is_that_of_an_independent_implementation(
        (size, index, old) in (1_u64..1200).prop_flat_map(|size| (Just(size), 0..size, 1..=size)),
    ) {
        let entries = numbered(usize::try_from(size).unwrap());
        let (files, edge) = grow(&entries, &[]);
        let mut other = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        entries.iter().for_each(|entry| other.push(entry.clone()));
        prop_assert_eq!(edge.root().unwrap().0.to_vec(), other.root().as_bytes().to_vec());

        let position = usize::try_from(index).unwrap();
        let proof = prove_inclusion(&files, &head(&edge), index).unwrap();
        verify_inclusion(tlog::record_hash(&entries[position]).into(), index, &head(&edge), &proof).unwrap();
        let theirs = InclusionProof::<Sha256>::from_bytes(concatenated(&proof));
        other.root().verify_inclusion(&entries[position], index, &theirs).unwrap();

        let old_size = usize::try_from(old).unwrap();
        let old_head = head(&grow(&entries[..old_size], &[]).1);
        let proof = prove_consistency(&files, &head(&edge), old).unwrap();
        verify_consistency(&old_head, &head(&edge), &proof).unwrap();
        if old < size {
            let mut before = MemoryBackedTree::<Sha256, Vec<u8>>::new();
            entries[..old_size].iter().for_each(|entry| before.push(entry.clone()));
            let theirs = ConsistencyProof::<Sha256>::try_from_bytes(concatenated(&proof)).unwrap();
            other.root().verify_consistency(&before.root(), &theirs).unwrap();
        }
    }

    #[test]
    fn a_proof_of_anything_else_does_not_hold(
        (size, index) in (2_u64..600).prop_flat_map(|size| (Just(size), 0..size)),
        bit in 0_usize..256,
    ) {
        let entries = numbered(usize::try_from(size).unwrap());
        let (files, edge) = grow(&entries, &[]);
        let head = head(&edge);
        let leaf: Sha256Hash = tlog::record_hash(&entries[usize::try_from(index).unwrap()]).into();
        let proof = prove_inclusion(&files, &head, index).unwrap();
        let flip = |hash: Sha256Hash| { let mut hash = hash; hash.0[bit / 8] ^= 1 << (bit % 8); hash };

        prop_assert!(verify_inclusion(flip(leaf), index, &head, &proof).is_err());
        prop_assert!(verify_inclusion(leaf, (index + 1) % size, &head, &proof).is_err());
        let other_root = TreeHead { root: flip(head.root), ..head.clone() };
        prop_assert!(verify_inclusion(leaf, index, &other_root, &proof).is_err());
        for changed in 0..proof.len() {
            let mut wrong = proof.clone();
            wrong[changed] = flip(wrong[changed]);
            prop_assert!(verify_inclusion(leaf, index, &head, &wrong).is_err());
        }
        prop_assert!(verify_inclusion(leaf, index, &head, &proof[1..]).is_err());
        prop_assert!(verify_inclusion(leaf, index, &head, &[proof.clone(), vec![leaf]].concat()).is_err());

        let old = TreeHead { size: index + 1, ..self::head(&grow(&entries[..=usize::try_from(index).unwrap()], &[]).1) };
        let growth = prove_consistency(&files, &head, old.size).unwrap();
        let forked = TreeHead { root: flip(old.root), ..old.clone() };
        prop_assert!(verify_consistency(&forked, &head, &growth).is_err());
        prop_assert!(verify_consistency(&old, &other_root, &growth).is_err());
    }
}

#[test]
fn absurd_sizes_and_proofs_are_refused_without_work() {
    let hash = Sha256Hash([7; 32]);
    for size in [SIZE_MAX + 1, u64::MAX] {
        let head = TreeHead { origin: "test".to_owned(), size, root: hash };
        assert!(matches!(verify_inclusion(hash, 0, &head, &[]), Err(crate::ProofError::Checkpoint(_))));
        assert!(matches!(prove_inclusion(&Files::new(), &head, 0), Err(crate::ProofError::Checkpoint(_))));
        assert!(matches!(Edge::read(&Files::new(), &head), Err(EdgeError::Checkpoint(_))));
    }
    let head = TreeHead { origin: "test".to_owned(), size: SIZE_MAX, root: hash };
    assert_eq!(verify_inclusion(hash, 0, &head, &vec![hash; 100_000]), Err(crate::ProofError::DoesNotHold));
    assert_eq!(verify_inclusion(hash, SIZE_MAX - 1, &head, &[hash; 40]), Err(crate::ProofError::DoesNotHold));
}

#[test]
fn a_full_bundle_stands_in_for_a_deleted_partial_one() {
    let (mut files, edge) = grow(&numbered(300), &[100]);
    let before = head(&grow(&numbered(100), &[]).1);
    files.remove("tile/0/000.p/100").unwrap();
    files.remove("tile/entries/000.p/100").unwrap();
    assert_eq!(Edge::read(&files, &before).unwrap(), grow(&numbered(100), &[]).1);
    prove_inclusion(&files, &before, 99).unwrap();
    assert_eq!(Edge::read(&files, &head(&edge)).unwrap(), edge);
}
