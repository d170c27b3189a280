//! The signed list of the keys that doors trust: the office's own and those of recognised authorities.

use issuer::publish_trust_list;
use jiff::{SignedDuration, Timestamp};
use pass::{TrustList, TrustListEntry};

use crate::{
    error::OfficeError,
    office::{Office, transact},
};

/// How long the same signature is handed out: far less than a list lasts, so that what a door fetches is always fresh.
const SIGNED_FOR: SignedDuration = SignedDuration::from_hours(1);

/// A trust list, signed.
#[derive(Debug, Clone)]
pub struct SignedTrustList {
    /// As doors fetch it.
    pub bytes: Vec<u8>,
    entries: Vec<TrustListEntry>,
    issued: Timestamp,
}

impl Office {
    /// The signed list of keys as it is now. Where that is the one from before, less than an hour old, it is not signed again.
    ///
    /// # Errors
    /// Where the database or the signer fails.
    pub async fn trust_list(&self, before: Option<&SignedTrustList>) -> Result<SignedTrustList, OfficeError> {
        let with = self.pass_desk()?;
        transact!(self, |desk| {
            let mut entries =
                with.keys.to_entries().map_err(|error| OfficeError::Unreadable(error.to_string()))?;
            entries.extend(desk.trusted_issuers().await?);
            let is_young = |of: &&SignedTrustList| {
                (SignedDuration::ZERO..SIGNED_FOR).contains(&desk.at.duration_since(of.issued))
            };
            if let Some(same) = before.filter(|of| of.entries == entries).filter(is_young) {
                return Ok(same.clone());
            }
            let list = TrustList { edition: desk.edition()?, entries };
            let bytes = publish_trust_list(&list, &*with.publisher)?;
            Ok(SignedTrustList { bytes, issued: desk.at, entries: list.entries })
        })
    }
}
