//! Checking passes at a door, without a network.

use jiff::Timestamp;
use pass::{Checker, Edition, Policy, Revocations, TrustList, TrustStore, TrustedKey, read_public_keys};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::instant;

/// Checks passes by a trust list and a revocation filter that it is handed. It keeps nothing of what it checked.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Door {
    publishers: Vec<TrustedKey>,
    list: Option<TrustList>,
    filter: Option<Revocations>,
    policy: Policy,
    checker: Checker,
}

/// What a door says about a document it keeps.
#[derive(Serialize)]
struct Kept {
    version: u64,
    issued: Timestamp,
    expires: Timestamp,
}

impl Kept {
    fn json(edition: Edition) -> Result<String, String> {
        let kept = Kept { version: edition.version, issued: edition.issued, expires: edition.expires };
        serde_json::to_string(&kept).map_err(|error| error.to_string())
    }
}

#[wasm_bindgen]
impl Door {
    /// A door that trusts the documents of a publisher, by its public key (PEM or DER), and nobody else.
    ///
    /// # Errors
    /// The bytes are not a public key.
    #[wasm_bindgen(constructor)]
    pub fn new(publisher: &[u8]) -> Result<Door, String> {
        let keys = read_public_keys(publisher, "publisher").map_err(|error| error.to_string())?;
        let policy = Policy::default();
        Ok(Door {
            publishers: keys.into_iter().map(|(key, _)| key).collect(),
            list: None,
            filter: None,
            policy,
            checker: Checker::new(TrustStore::default(), policy),
        })
    }

    /// Takes a trust list; gives its version and times as JSON: `version`, `issued`, `expires`.
    ///
    /// # Errors
    /// It is no list of the publisher, or older than the one there is.
    #[wasm_bindgen(js_name = setTrustList)]
    pub fn set_trust_list(&mut self, bytes: &[u8]) -> Result<String, String> {
        let list = TrustList::read(bytes, &self.publishers).map_err(|error| error.to_string())?;
        not_older(self.list.as_ref().map(|list| list.edition), list.edition)?;
        let edition = list.edition;
        self.list = Some(list);
        self.prepare();
        Kept::json(edition)
    }

    /// Takes a revocation filter; gives its version and times as JSON, like [`Door::set_trust_list`].
    ///
    /// # Errors
    /// It is no filter of the publisher, or older than the one there is.
    #[wasm_bindgen(js_name = setFilter)]
    pub fn set_filter(&mut self, bytes: &[u8]) -> Result<String, String> {
        let filter = Revocations::read(bytes, &self.publishers).map_err(|error| error.to_string())?;
        not_older(self.filter.as_ref().map(Revocations::edition), filter.edition())?;
        let edition = filter.edition();
        self.filter = Some(filter);
        self.prepare();
        Kept::json(edition)
    }

    /// Says whether this is a hospital, pharmacy, food shop, court or polling place, where nobody is refused.
    #[wasm_bindgen(js_name = setEssential)]
    pub fn set_essential(&mut self, is_essential: bool) {
        self.policy.is_essential = is_essential;
        self.prepare();
    }

    /// The verdict on the text of a code at an instant, as JSON: what `cleanbill pass verify` prints.
    ///
    /// # Errors
    /// The clock shows no possible time.
    pub fn check(&mut self, text: &str, at: f64) -> Result<String, String> {
        let checked = self.checker.check(text, instant(at)?);
        serde_json::to_string(&checked).map_err(|error| error.to_string())
    }

    fn prepare(&mut self) {
        let trust = self.list.as_ref().map_or_else(TrustStore::default, TrustList::to_store);
        self.checker = Checker::new(trust, self.policy);
        if let Some(filter) = &self.filter {
            self.checker = self.checker.clone().with_revocations(filter.clone());
        }
    }
}

/// Whoever holds back a newer document must not be able to bring an old one back.
fn not_older(before: Option<Edition>, now: Edition) -> Result<(), String> {
    match before {
        Some(before) if before.version > now.version => Err(format!(
            "version {} is older than version {}, which this door has; fetch it again",
            now.version, before.version
        )),
        _ => Ok(()),
    }
}
