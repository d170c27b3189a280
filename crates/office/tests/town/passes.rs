//! A town whose office issues passes.

use issuer::{KeyRing, SoftwareKey};
use office::{Clock as _, PassDesk};

use super::Town;

/// A key that repeats from a seed.
pub fn key(seed: u8) -> SoftwareKey {
    SoftwareKey::generate(&mut |bytes| bytes.fill(seed))
}

/// The key that signs what doors keep.
pub fn publisher() -> SoftwareKey {
    key(2)
}

/// The same town, issuing passes.
pub fn issuing(mut town: Town) -> Town {
    let start = town.clock.now();
    let desk = PassDesk {
        keys: KeyRing::new("Hangzhou CDC", "HZ", pass::Help::new(), Box::new(key(1)), start).unwrap(),
        publisher: Box::new(publisher()),
        issuer: "HZ".to_owned(),
        region: "3301".to_owned(),
        rule_set_codes: [("proportionate".to_owned(), "p-1".to_owned())].into(),
        help: "12320".to_owned(),
    };
    town.office = town.office.clone().issuing(desk);
    town
}
