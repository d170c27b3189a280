//! A town whose office issues passes.

use issuer::{KeyRing, Signer as _, SoftwareKey};
use office::{Clock as _, PassDesk};
use pass::{TrustList, TrustedKey};

use crate::town::Town;

fn key(seed: u8) -> SoftwareKey {
    SoftwareKey::generate(&mut |bytes| bytes.fill(seed))
}

pub async fn issuing(mut town: Town) -> Town {
    let start = town.clock.now();
    let desk = PassDesk {
        keys: KeyRing::new("Hangzhou CDC", "HZ", pass::Help::new(), Box::new(key(1)), start).unwrap(),
        publisher: Box::new(key(2)),
        issuer: "HZ".to_owned(),
        region: "3301".to_owned(),
        rule_set_codes: [("proportionate".to_owned(), "p-1".to_owned())].into(),
        help: "12320".to_owned(),
    };
    town.office = town.office.clone().issuing(desk);
    town
}

/// How many keys the newest trust list has.
pub async fn trusted(town: &Town) -> usize {
    let anchor = [TrustedKey::from_spki(key(2).spki(), "publisher").unwrap()];
    TrustList::read(&town.office.trust_list().await.unwrap(), &anchor).unwrap().entries.len()
}
