//! Approvals by officers of other bodies, signed with that body's key on their own machine: of one bundle, or of one export.

use std::path::Path;

use anyhow::{Context, bail};
use data_encoding::BASE64;
use evidence::OfficerId;
use issuer::Signer;
use jiff::{SignedDuration, Timestamp};
use ledger::BodyName;
use office::{Officer, Role};
use pass::PublicKey;
use serde::{Deserialize, Serialize};

use crate::config::{ApproverConfig, ApproverRole, Config};

/// What is approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Approved {
    /// That a bundle is taken in.
    Import {
        /// The hash of its rows.
        bundle: String,
        /// Where it is from.
        source: String,
    },
    /// That everybody's evidence is exported.
    Export {
        /// By which office.
        of: BodyName,
        /// What for.
        purpose: String,
    },
}

/// What is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    form: String,
    approved: Approved,
    officer: OfficerId,
    body: BodyName,
    role: ApproverRole,
    at: Timestamp,
}

/// An approval as a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Approval {
    /// What is signed, as the text that is.
    signed: String,
    /// The signature (ES256, r and s) in base64.
    signature: String,
}

/// What the text begins with.
const FORM: &str = "cleanbill-approval/v1";
/// How long an approval is good.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(24 * 7);
/// How far the clocks of two bodies may differ.
const SKEW_MAX: SignedDuration = SignedDuration::from_mins(5);

/// Signs an approval.
pub(crate) fn approve(
    approved: Approved,
    officer: &OfficerId,
    body: &BodyName,
    role: ApproverRole,
    at: Timestamp,
    key: &dyn Signer,
) -> anyhow::Result<Approval> {
    let form = FORM.to_owned();
    let signed = Signed { form, approved, officer: officer.clone(), body: body.clone(), role, at };
    let signed = serde_json::to_string(&signed)?;
    let signature = key.sign(signed.as_bytes())?;
    Ok(Approval { signed, signature: BASE64.encode(&signature) })
}

/// Reads an approval of just this, by an approver of the configuration.
pub(crate) fn verify(
    file: &Path,
    what: &Approved,
    config: &Config,
    at: Timestamp,
) -> anyhow::Result<Officer> {
    let place = || file.display().to_string();
    let bytes = std::fs::read(file).with_context(|| format!("{}: cannot be read", place()))?;
    let approval: Approval =
        serde_json::from_slice(&bytes).with_context(|| format!("{}: is no approval", place()))?;
    let signed: Signed =
        serde_json::from_str(&approval.signed).with_context(|| format!("{}: is no approval", place()))?;
    if signed.form != FORM {
        bail!("{}: is an approval of another form\n  remedy: have it made by this version", place());
    }
    let known = config.approvers.iter().filter(|of| of.body == signed.body && of.role == signed.role);
    let signature = BASE64.decode(approval.signature.as_bytes()).unwrap_or_default();
    let is_signed = |of: &ApproverConfig| -> anyhow::Result<bool> {
        let key = std::fs::read(&of.key).with_context(|| format!("{}: cannot be read", of.key.display()))?;
        let keys = pass::read_public_keys(&key, of.body.as_str())
            .with_context(|| format!("{}: has no public key", of.key.display()))?;
        let holds = |spki: &[u8]| {
            PublicKey::from_spki(spki)
                .is_ok_and(|key| key.verify(approval.signed.as_bytes(), &signature).is_ok())
        };
        Ok(keys.iter().any(|(_, spki)| holds(spki)))
    };
    let mut right = false;
    for of in known {
        right |= is_signed(of)?;
    }
    if !right {
        bail!(
            "{}: is signed by no approver of the configuration as {} of `{}`\n  remedy: put that body's public key into [[approvers]], or have it approved by one that stands there",
            place(),
            signed.role.role().word(),
            signed.body
        );
    }
    if signed.approved != *what {
        bail!("{}: approves something else\n  remedy: have just this approved, as it is now", place());
    }
    let is_good = signed.at <= at.saturating_add(SKEW_MAX)? && at.duration_since(signed.at) <= GOOD_FOR;
    if !is_good {
        bail!(
            "{}: was signed at {}, and is good for 7 days\n  remedy: have it approved again",
            place(),
            signed.at
        );
    }
    Ok(Officer { officer: signed.officer, role: signed.role.role(), body: signed.body })
}

impl ApproverRole {
    /// The role in the office.
    pub(crate) fn role(self) -> Role {
        match self {
            ApproverRole::Investigator => Role::Investigator,
            ApproverRole::Reviewer => Role::Reviewer,
            ApproverRole::Oversight => Role::Oversight,
        }
    }
}
