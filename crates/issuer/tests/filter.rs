//! Revocation filters: nobody revoked is missed, nobody living is hit, and sizes are as documented.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use ciborium::Value;
use issuer::{Signer as _, SoftwareKey, draw_id, publish_filter};
use pass::{Edition, PassId, Revocations, RevocationsError, TrustedKey, UnsignedEnvelope};
use rand::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

fn edition() -> Edition {
    Edition {
        version: 3,
        issued: "2026-11-23T08:00:00Z".parse().unwrap(),
        expires: "2026-11-24T08:00:00Z".parse().unwrap(),
    }
}

fn ids(count: usize, random: &mut Xoshiro256PlusPlus) -> Vec<PassId> {
    (0..count).map(|_| draw_id(None, &mut |bytes| random.fill_bytes(bytes))).collect()
}

#[test]
fn nobody_revoked_is_missed_and_nobody_living_is_hit() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
    let publisher = SoftwareKey::generate(&mut |bytes| random.fill_bytes(bytes));
    let anchor = [TrustedKey::from_spki(publisher.spki(), "publisher").unwrap()];
    for (count, bytes_max) in [(0, 400), (1, 500), (2, 500), (1_000, 6_000), (100_000, 480_000)] {
        let (revoked, living) = (ids(count, &mut random), ids(200_000, &mut random));
        let bytes =
            publish_filter(edition(), &revoked, &living, &mut |bytes| random.fill_bytes(bytes), &publisher)
                .unwrap();
        assert!(bytes.len() <= bytes_max, "{count} revoked passes take {} bytes", bytes.len());
        let filter = Revocations::read(&bytes, &anchor).unwrap();
        assert_eq!((filter.edition(), filter.len()), (edition(), count as u64));
        assert!(revoked.iter().all(|id| filter.contains(id)), "{count}");
        assert!(!living.iter().any(|id| filter.contains(id)), "{count}");
        assert!(!filter.contains(&draw_id(Some(&filter), &mut |bytes| random.fill_bytes(bytes))));
    }
}

/// A filter with a field changed, signed by the right publisher: it may be wrong, and must not reach beyond itself.
#[test]
fn numbers_that_do_not_fit_together_are_refused() {
    let publisher = SoftwareKey::generate(&mut |bytes| bytes.fill(5));
    let anchor = [TrustedKey::from_spki(publisher.spki(), "publisher").unwrap()];
    let good = publish_filter(edition(), &[PassId::new([1; 8])], &[], &mut |bytes| bytes.fill(1), &publisher)
        .unwrap();
    let Value::Tag(_, envelope) = ciborium::from_reader(good.as_slice()).unwrap() else { panic!("a tag") };
    let payload: Value =
        ciborium::from_reader(envelope.as_array().unwrap()[2].as_bytes().unwrap().as_slice()).unwrap();
    let with = |field: i64, value: Option<Value>| {
        let mut payload = payload.clone();
        let content = payload.as_map_mut().unwrap().last_mut().unwrap().1.as_map_mut().unwrap();
        content.retain(|(label, _)| *label != Value::from(field));
        content.extend(value.map(|value| (Value::from(field), value)));
        let mut bytes = Vec::new();
        ciborium::into_writer(&payload, &mut bytes).unwrap();
        let envelope = UnsignedEnvelope::new(bytes, publisher.algorithm(), &publisher.key_id());
        let signature = publisher.sign(&envelope.to_be_signed()).unwrap();
        Revocations::read(&envelope.sign(signature), &anchor)
    };
    let number = |number: u64| Some(Value::from(number));
    for (field, value, shape) in [
        (0, Some(Value::Bytes(vec![1; 15])), "salt"),
        (1, None, "count"),
        (2, None, "seed"),
        (3, number(0), "segment length"),
        (3, number(3), "segment length"),
        (3, number(1 << 19), "segment length"),
        (3, number(1 << 40), "segment length"),
        (4, number(0), "segment count"),
        (4, number(u64::from(u32::MAX)), "segment count"),
        (5, Some(Value::Bytes(Vec::new())), "fingerprints"),
        (5, None, "fingerprints"),
    ] {
        assert_eq!(with(field, value).unwrap_err(), RevocationsError::Shape(shape), "field {field}");
    }
    assert!(with(2, number(u64::MAX)).is_ok(), "any seed is one");
}
