//! Recognising another authority's passes: proposed by policy, agreed to by oversight of another body, ended by either at once (R25).

use evidence::PersonId;
use jiff::{SignedDuration, Timestamp};
use ledger::{KeyChange, KeyName, Logged, Sha256Hash};
use pass::{Help, TrustListEntry, TrustedKey, Usages};
use serde::{Deserialize, Serialize};
use store::RecordId;

use crate::{
    actor::{Actor, Officer},
    desk::Desk,
    error::OfficeError,
    kept::Kept,
    office::{Office, transact},
    oversight::AlertAbout,
    permissions::UseCase,
};

/// Longest trust in a key: signing keys are short-lived.
const TRUST_MAX: SignedDuration = SignedDuration::from_hours(24 * 365);

/// Another authority's key, as somebody proposes to trust it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuerKey {
    /// The authority's public name, as the log and doors show it.
    pub name: KeyName,
    /// The short name that its passes say.
    pub issuer: String,
    /// Its public key in DER (`SubjectPublicKeyInfo`).
    pub spki: Vec<u8>,
    /// Until when its passes count; at most a year from now.
    pub not_after: Timestamp,
    /// Where its holders get help and how they contest a level, by language.
    pub help: Help,
}

/// Another authority's key, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issuer {
    /// The key.
    pub key: IssuerKey,
    /// Who proposed to trust it.
    pub by: Officer,
    /// When.
    pub at: Timestamp,
    /// Who agreed, and when: from then on it is in the trust list.
    pub agreed: Option<(Officer, Timestamp)>,
    /// When trust in it was ended.
    pub revoked: Option<Timestamp>,
}

impl Kept for Issuer {
    const KIND: &'static str = "issuer";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn state(&self) -> &'static str {
        match (&self.agreed, self.revoked) {
            (_, Some(_)) => "revoked",
            (Some(_), None) => "trusted",
            (None, None) => "proposed",
        }
    }
    fn keep_until(&self) -> Option<Timestamp> {
        None
    }
}

impl Office {
    /// Proposes to trust another authority's passes.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] for a key that passes are not signed with, or an end that is past or more than a year away.
    pub async fn propose_issuer(&self, actor: &Actor, key: &IssuerKey) -> Result<RecordId, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::ProposeIssuer, None, "").await?;
            trusted(key)?;
            let by = actor.officer().ok_or(OfficeError::Unknown("officer"))?.clone();
            if key.not_after <= desk.at || key.not_after > desk.at.checked_add(TRUST_MAX)? {
                return Err(OfficeError::refused(
                    "a key is trusted for a year at most",
                    "give an end within a year; it can be proposed again",
                ));
            }
            desk.alert(AlertAbout::IssuerProposed).await?;
            let issuer = Issuer { key: key.clone(), by, at: desk.at, agreed: None, revoked: None };
            desk.file(&issuer).await
        })
    }

    /// Agrees to trust an authority that another body proposed: its key is in the next trust list.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for an officer of the body that proposed it, [`OfficeError::Unknown`] where nothing waits for
    /// agreement.
    pub async fn agree_to_issuer(&self, actor: &Actor, issuer: &RecordId) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::AgreeToIssuer, None, "").await?;
            let officer = actor.officer().ok_or(OfficeError::Unknown("officer"))?;
            let filed = desk.filed::<Issuer>(issuer).await?.filter(|filed| filed.what.state() == "proposed");
            let mut filed = filed.ok_or(OfficeError::Unknown("proposed issuer"))?;
            if officer.body == filed.what.by.body {
                return Err(OfficeError::Forbidden {
                    role: officer.role.word(),
                    what: "agree to what their own body proposed",
                });
            }
            filed.what.agreed = Some((officer.clone(), desk.at));
            desk.refile(&filed).await?;
            let by = filed.what.by.clone();
            desk.log_trust(&by, &filed.what.key, KeyChange::Added).await
        })
    }

    /// Ends trust in an authority's key at once: it is not in the next trust list, and its passes no longer count.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where there is no such key, or it was revoked.
    pub async fn revoke_issuer(&self, actor: &Actor, issuer: &RecordId) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::RevokeIssuer, None, "").await?;
            let officer = actor.officer().ok_or(OfficeError::Unknown("officer"))?;
            let filed = desk.filed::<Issuer>(issuer).await?.filter(|filed| filed.what.revoked.is_none());
            let mut filed = filed.ok_or(OfficeError::Unknown("issuer"))?;
            filed.what.revoked = Some(desk.at);
            desk.refile(&filed).await?;
            if filed.what.agreed.is_some() {
                desk.log_trust(officer, &filed.what.key, KeyChange::Revoked).await?;
            }
            Ok(())
        })
    }

    /// Every key of another authority that was ever proposed.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn issuers(&self) -> Result<Vec<(RecordId, Issuer)>, OfficeError> {
        transact!(self, |desk| {
            let mut all = Vec::new();
            for state in ["proposed", "trusted", "revoked"] {
                all.extend(desk.everything::<Issuer>(state).await?);
            }
            Ok(all.into_iter().map(|filed| (filed.id, filed.what)).collect())
        })
    }
}

/// A key as doors trust it.
fn trusted(key: &IssuerKey) -> Result<TrustListEntry, OfficeError> {
    let wrong = |error: pass::KeyError| {
        OfficeError::refused(error.to_string(), "give the public key that the authority published, in DER")
    };
    let trusted = TrustedKey::from_spki(&key.spki, key.name.as_str()).map_err(wrong)?;
    Ok(TrustListEntry {
        key: TrustedKey {
            issuer: Some(key.issuer.clone()),
            not_after: Some(key.not_after),
            usages: Usages::PASS,
            help: key.help.clone(),
            ..trusted
        },
        spki: key.spki.clone(),
    })
}

impl Desk<'_> {
    /// The entries of trusted authorities in the trust list.
    pub(crate) async fn trusted_issuers(&mut self) -> Result<Vec<TrustListEntry>, OfficeError> {
        let mut entries = Vec::new();
        for filed in self.everything::<Issuer>("trusted").await? {
            if filed.what.key.not_after > self.at {
                entries.push(trusted(&filed.what.key)?);
            }
        }
        Ok(entries)
    }

    async fn log_trust(
        &mut self,
        by: &Officer,
        key: &IssuerKey,
        change: KeyChange,
    ) -> Result<(), OfficeError> {
        let public_key = Sha256Hash::of(&key.spki);
        self.log(by.logged(), Logged::TrustChanged { issuer: key.name.clone(), public_key, change }).await?;
        Ok(())
    }
}
