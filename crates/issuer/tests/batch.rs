//! What a phone gets for a day, and what somebody who sees two of its passes can tell.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use evidence::Level;
use issuer::{Batch, IssueError, SoftwareKey};
use jiff::{SignedDuration, Timestamp};
use pass::{Checker, Claims, Content, HolderKey, PassId, Policy, TrustedKey, Why, proof::Unproven};
use rand::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

use issuer::Signer as _;

fn claims(now: Timestamp) -> Claims {
    Claims {
        issuer: "HZ".to_owned(),
        issued: now,
        expires: now + SignedDuration::from_hours(1),
        id: PassId::new([0; 8]),
        holder: None,
        level: Level::Green,
        rule_set: "p-1".to_owned(),
        region: "3301".to_owned(),
        initials: "Z.W.".to_owned(),
        birthday: Some("02-29".parse().unwrap()),
        help: String::new(),
    }
}

struct Phone {
    keys: Vec<SoftwareKey>,
    holders: Vec<HolderKey>,
}

fn phone(hours: usize, random: &mut Xoshiro256PlusPlus) -> Phone {
    let keys: Vec<SoftwareKey> =
        (0..hours).map(|_| SoftwareKey::generate(&mut |bytes| random.fill_bytes(bytes))).collect();
    let holders = keys.iter().map(|key| HolderKey::new(&key.public_sec1()).unwrap()).collect();
    Phone { keys, holders }
}

#[test]
fn two_scans_an_hour_apart_share_nothing() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(20);
    let issuer = SoftwareKey::generate(&mut |bytes| random.fill_bytes(bytes));
    let now: Timestamp = "2026-11-23T08:20:13Z".parse().unwrap();
    let batch = Batch::new(now, None);
    let phone = phone(batch.hours().len(), &mut random);
    let passes = batch
        .issue(&claims(now), &phone.holders, None, &mut |bytes| random.fill_bytes(bytes), &issuer)
        .unwrap();
    assert_eq!(passes.len(), 24);

    let trust = [TrustedKey::from_spki(issuer.spki(), "HZ").unwrap()].into_iter().collect();
    let mut checker = Checker::new(trust, Policy::default());
    let (mut ids, mut holders) = (BTreeSet::new(), BTreeSet::new());
    for ((hour, id, text), key) in passes.iter().zip(&phone.keys) {
        // At any time of its hour the phone proves it, and it is admitted.
        for at in [hour.start.max(now), hour.end - SignedDuration::from_secs(1)] {
            let unproven = Unproven::new(text, at).unwrap();
            let signature = key.sign(&unproven.to_be_signed()).unwrap();
            let checked = checker.check(&unproven.attach(&signature).unwrap(), at);
            assert_eq!(checked.why(), [Why::LevelGreen, Why::Live, Why::RevocationUnchecked]);
            let Some(Content::Pass(claims)) = checked.content() else { panic!("a pass") };
            assert_eq!(claims.id, *id);
            // Times that everybody's pass of that hour has.
            assert_eq!(claims.issued.as_second() % 3_600, 0);
            assert!(claims.expires.as_second() % 3_600 == 300 || claims.expires == hour.expires);
        }
        ids.insert(*id);
        holders.insert(*phone.holders[ids.len() - 1].as_bytes());
    }
    assert_eq!((ids.len(), holders.len()), (24, 24), "no id and no key twice");
}

#[test]
fn every_hour_wants_a_key_of_its_own() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(21);
    let issuer = SoftwareKey::generate(&mut |bytes| random.fill_bytes(bytes));
    let now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
    let batch = Batch::new(now, Some(now + SignedDuration::from_mins(150)));
    assert_eq!(batch.hours().len(), 3);
    let phone = phone(2, &mut random);
    let issued =
        batch.issue(&claims(now), &phone.holders, None, &mut |bytes| random.fill_bytes(bytes), &issuer);
    assert_eq!(issued.unwrap_err(), IssueError::Keys(3, 2));
}
