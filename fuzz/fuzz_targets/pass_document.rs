//! Any bytes as the content of a trust list or a filter, signed by the right publisher: read or refused, and safe to ask.
#![no_main]

use issuer::{Signer as _, SoftwareKey};
use libfuzzer_sys::fuzz_target;
use pass::{PassId, Revocations, TrustList, TrustedKey, UnsignedEnvelope};

fuzz_target!(|payload: &[u8]| {
    let key = SoftwareKey::generate(&mut |bytes| bytes.fill(5));
    let anchor = [TrustedKey::from_spki(key.spki(), "publisher").unwrap()];
    let envelope = UnsignedEnvelope::new(payload.to_vec(), key.algorithm(), &key.key_id());
    let signature = key.sign(&envelope.to_be_signed()).unwrap();
    let document = envelope.sign(signature);
    for bytes in [payload, &document] {
        if let Ok(list) = TrustList::read(bytes, &anchor) {
            let again = issuer::publish_trust_list(&list, &key).unwrap();
            assert_eq!(TrustList::read(&again, &anchor).unwrap(), list);
        }
        if let Ok(filter) = Revocations::read(bytes, &anchor) {
            for id in 0..64_u64 {
                let _ = filter.contains(&PassId::new(id.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()));
            }
        }
    }
});
