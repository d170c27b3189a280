//! What doors would trust.

use issuer::Signer as _;
use pass::{TrustList, TrustedKey};

use crate::town::{Town, passes::publisher};

/// How many keys the newest trust list has.
pub async fn trusted(town: &Town) -> usize {
    let anchor = [TrustedKey::from_spki(publisher().spki(), "publisher").unwrap()];
    TrustList::read(&town.office.trust_list(None).await.unwrap().bytes, &anchor).unwrap().entries.len()
}
