//! From a text to a verdict.

use std::sync::Arc;

use ciborium::Value;
use evidence::Level;
use jiff::{SignedDuration, Timestamp};

use crate::{
    cbor::{CborError, at as entry},
    claims::{self, CLEANBILL, Claims, HCERT, HolderKey},
    container::{self, ContainerError, Unpacker},
    cose::{Envelope, EnvelopeError},
    dcc::{Certificate, Entry},
    proof::{self, Proof},
    revocation::Revocations,
    trust::{TrustStore, TrustedKey, Usages},
    trust_list::Help,
    verdict::{Verdict, Why},
};

/// Where the EU's certificate stands inside the claim for health certificates.
const EU_DCC: i64 = 1;

/// What is decided by the place, not by the pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How far the clock of this device may be behind the issuer's: a pass that begins later than this has not begun.
    pub clock_tolerance: SignedDuration,
    /// How far the instant of a live proof may be from this device's clock, both ways. Clocks of phones differ, and a
    /// narrower bound made false alarms elsewhere.
    pub proof_tolerance: SignedDuration,
    /// Whether this is a hospital, pharmacy, food shop, court or polling place: nobody is refused there.
    pub is_essential: bool,
}

impl Default for Policy {
    fn default() -> Self {
        let minute = SignedDuration::from_mins(1);
        Self { clock_tolerance: minute, proof_tolerance: minute, is_essential: false }
    }
}

/// Which sort of pass it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Our own.
    Cleanbill,
    /// An EU Digital COVID Certificate.
    EuDcc,
}

impl Format {
    /// `cleanbill` or `eu-dcc`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Cleanbill => "cleanbill",
            Self::EuDcc => "eu-dcc",
        }
    }
}

/// What a pass says, once its form is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Our own claims.
    Pass(Box<Claims>),
    /// A certificate of the EU.
    Certificate(Box<Certificate>),
}

/// A verdict with everything it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    verdict: Verdict,
    why: Vec<Why>,
    format: Option<Format>,
    issuer: Option<String>,
    issued: Option<Timestamp>,
    expires: Option<Timestamp>,
    content: Option<Content>,
    signer: Option<String>,
    help: Help,
}

impl Checked {
    fn unreadable(why: Why, policy: Policy) -> Self {
        let mut checked = Self {
            verdict: Verdict::AskForHelp,
            why: Vec::new(),
            format: None,
            issuer: None,
            issued: None,
            expires: None,
            content: None,
            signer: None,
            help: Help::new(),
        };
        checked.conclude(vec![why], policy);
        checked
    }

    fn conclude(&mut self, mut why: Vec<Why>, policy: Policy) {
        self.verdict = Verdict::of(&why);
        if policy.is_essential {
            self.verdict = Verdict::Admit;
            why.insert(0, Why::EssentialPlace);
        }
        self.why = why;
    }

    /// What to do.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Why, in the order in which it was found.
    #[must_use]
    pub fn why(&self) -> &[Why] {
        &self.why
    }

    /// Which sort of pass it is, as far as could be read.
    #[must_use]
    pub fn format(&self) -> Option<Format> {
        self.format
    }

    /// The level of one of our passes; none if its signature does not vouch for it.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        match &self.content {
            Some(Content::Pass(claims)) if self.signer.is_some() => Some(claims.level),
            _ => None,
        }
    }

    /// Who it says it is from. Vouched for only if there is a [`Self::signer`].
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Whose key signed it: the name in the trust list or certificate.
    #[must_use]
    pub fn signer(&self) -> Option<&str> {
        self.signer.as_deref()
    }

    /// From when it says it is valid.
    #[must_use]
    pub fn issued(&self) -> Option<Timestamp> {
        self.issued
    }

    /// Until when it says it is valid.
    #[must_use]
    pub fn expires(&self) -> Option<Timestamp> {
        self.expires
    }

    /// What it says. Vouched for only if there is a [`Self::signer`].
    #[must_use]
    pub fn content(&self) -> Option<&Content> {
        self.content.as_ref()
    }

    /// Where its holder gets help and contests a level: from the trust list by language, and what the pass itself says
    /// under the empty language.
    #[must_use]
    pub fn help(&self) -> &Help {
        &self.help
    }
}

/// How an envelope's signature came out.
pub(crate) enum Signed<'a> {
    By(&'a TrustedKey),
    Not(Why),
}

/// Checks passes against what one trusts. Keeps no trace of what it saw; a clone is cheap, for every thread its own.
#[derive(Debug)]
pub struct Checker {
    trust: Arc<TrustStore>,
    revocations: Option<Arc<Revocations>>,
    policy: Policy,
    pub(crate) unpacker: Unpacker,
}

impl Clone for Checker {
    fn clone(&self) -> Self {
        Self {
            trust: Arc::clone(&self.trust),
            revocations: self.revocations.clone(),
            policy: self.policy,
            unpacker: Unpacker::default(),
        }
    }
}

impl Checker {
    /// A checker that trusts these keys.
    #[must_use]
    pub fn new(trust: TrustStore, policy: Policy) -> Self {
        Self { trust: Arc::new(trust), revocations: None, policy, unpacker: Unpacker::default() }
    }

    /// The same with a filter of revoked passes.
    #[must_use]
    pub fn with_revocations(mut self, revocations: Revocations) -> Self {
        self.revocations = Some(Arc::new(revocations));
        self
    }

    /// The verdict on a text at an instant.
    pub fn check(&mut self, text: &str, at: Timestamp) -> Checked {
        let envelope = match self.open(text) {
            Ok(envelope) => envelope,
            Err(why) => return Checked::unreadable(why, self.policy),
        };
        let (format, content) = content(&envelope);
        let claims = envelope.claims();
        let mut checked = Checked::unreadable(Why::NotACertificate, self.policy);
        checked.format = format;
        checked.issuer = claims::issuer(claims).map(str::to_owned);
        checked.issued = claims::issued(claims);
        checked.expires = claims::expires(claims);
        if format.is_none() {
            return checked;
        }
        let mut why = Vec::with_capacity(4);
        if self.trust.is_stale(at) {
            why.push(Why::TrustListStale);
        }
        let signed = self.signed(&envelope);
        match &signed {
            Signed::Not(reason) => why.push(*reason),
            Signed::By(key) => {
                checked.signer = Some(key.name.clone());
                checked.help.clone_from(&key.help);
                why.extend(doubts_about_signer(key, content.as_ref().ok(), checked.issuer.as_deref(), at));
            }
        }
        match &content {
            Err(reason) => why.push(*reason),
            Ok(content) => {
                why.extend(self.doubts_about_time(format, checked.issued, checked.expires, at));
                // What the pass says about its holder counts only when somebody vouches for it.
                if matches!(signed, Signed::By(_)) {
                    why.extend(self.said(&envelope, content, at));
                }
                if let Content::Pass(claims) = content
                    && !claims.help.is_empty()
                {
                    checked.help.insert(String::new(), claims.help.clone());
                }
            }
        }
        checked.content = content.ok();
        checked.conclude(why, self.policy);
        checked
    }

    fn open(&mut self, text: &str) -> Result<Envelope, Why> {
        let packed = container::unprefix(text)
            .and_then(container::from_base45)
            .map_err(|error| container_why(&error))?;
        let bytes = self.unpacker.unpack(&packed).map_err(|error| container_why(&error))?;
        Envelope::read(bytes).map_err(|error| envelope_why(&error))
    }

    pub(crate) fn signed(&self, envelope: &Envelope) -> Signed<'_> {
        let named = self.trust.get(envelope.key_id().unwrap_or_default());
        if named.is_empty() {
            return Signed::Not(Why::UnknownIssuer);
        }
        let mut reason = Why::AlgorithmNotAllowed;
        let signed = envelope.to_be_signed();
        for key in named.iter().filter(|key| envelope.algorithm() == Some(key.key.algorithm())) {
            if key.key.verify(&signed, envelope.signature()).is_ok() {
                return Signed::By(key);
            }
            reason = Why::SignatureInvalid;
        }
        Signed::Not(reason)
    }

    /// A pass of ours has ended at its `exp` (RFC 8392), a certificate of the EU behind it (its specification, section
    /// 3.3.4: "after which a verifier must reject").
    pub(crate) fn doubts_about_time(
        &self,
        format: Option<Format>,
        issued: Option<Timestamp>,
        expires: Option<Timestamp>,
        at: Timestamp,
    ) -> Option<Why> {
        let has_ended = |expires| expires < at || expires == at && format != Some(Format::EuDcc);
        // Behind the end of time there is nothing, so a clock at its very end is one that is right.
        let ahead = at.saturating_add(self.policy.clock_tolerance).unwrap_or(Timestamp::MAX);
        match (issued, expires) {
            (_, Some(expires)) if has_ended(expires) => Some(Why::Expired),
            (Some(issued), Some(_)) if issued > ahead => Some(Why::NotYetValid),
            (Some(_), Some(_)) => None,
            _ => Some(Why::ClaimsInvalid),
        }
    }

    fn said(&self, envelope: &Envelope, content: &Content, at: Timestamp) -> Vec<Why> {
        let claims = match content {
            Content::Certificate(certificate) => return vec![certificate.why(at), Why::RevocationUnchecked],
            Content::Pass(claims) => claims,
        };
        let mut why = vec![match claims.level {
            Level::Green => Why::LevelGreen,
            Level::Yellow => Why::LevelYellow,
            Level::Red => Why::LevelRed,
        }];
        why.push(match &claims.holder {
            None if envelope.countersignature().is_some() => Why::ProofUnexpected,
            None => Why::Paper,
            Some(holder) => self.presence(envelope, holder, at),
        });
        match &self.revocations {
            None => why.push(Why::RevocationUnchecked),
            Some(revocations) => {
                why.extend(revocations.contains(&claims.id).then_some(Why::Revoked));
                why.extend(revocations.is_stale(at).then_some(Why::FilterStale));
            }
        }
        why
    }

    fn presence(&self, envelope: &Envelope, holder: &HolderKey, at: Timestamp) -> Why {
        let tolerance = self.policy.proof_tolerance;
        match proof::check(envelope, holder) {
            Proof::Missing => Why::ProofMissing,
            Proof::Invalid => Why::ProofInvalid,
            Proof::Signed(signed) if at.duration_since(signed) > tolerance => Why::ProofStale,
            Proof::Signed(signed) if signed.duration_since(at) > tolerance => Why::ProofAhead,
            Proof::Signed(_) => Why::Live,
        }
    }
}

/// What speaks against the key that signed, apart from its signature.
fn doubts_about_signer(
    key: &TrustedKey,
    content: Option<&Content>,
    issuer: Option<&str>,
    at: Timestamp,
) -> Vec<Why> {
    let mut why = Vec::new();
    why.extend((!key.is_valid(at)).then_some(Why::IssuerNotValid));
    why.extend(content.is_some_and(|content| !key.usages.contains(usage(content))).then_some(Why::KeyUsage));
    let is_other = key.issuer.as_deref().is_some_and(|own| issuer != Some(own));
    why.extend(is_other.then_some(Why::IssuerMismatch));
    why
}

/// The usage that a key needs for this content.
pub(crate) fn usage(content: &Content) -> Usages {
    match content {
        Content::Pass(_) => Usages::PASS,
        Content::Certificate(certificate) => match certificate.entry {
            Entry::Vaccination { .. } => Usages::VACCINATION,
            Entry::Test { .. } => Usages::TEST,
            Entry::Recovery { .. } => Usages::RECOVERY,
        },
    }
}

/// Format and content of an envelope.
pub(crate) fn content(envelope: &Envelope) -> (Option<Format>, Result<Content, Why>) {
    let hcert = entry(envelope.claims(), HCERT).and_then(Value::as_map);
    let ours = hcert.and_then(|hcert| entry(hcert, CLEANBILL)).filter(|pass| pass.is_array());
    let theirs = hcert.and_then(|hcert| entry(hcert, EU_DCC)).filter(|certificate| certificate.is_map());
    match (ours, theirs) {
        (Some(_), None) => {
            let claims = Claims::from_cbor(envelope.payload());
            let content = claims.map(|claims| Content::Pass(Box::new(claims)));
            (Some(Format::Cleanbill), content.map_err(|_| Why::ClaimsInvalid))
        }
        (None, Some(certificate)) => {
            let certificate = Certificate::from_cbor(certificate);
            let content = certificate.map(|certificate| Content::Certificate(Box::new(certificate)));
            (Some(Format::EuDcc), content.map_err(|_| Why::ClaimsInvalid))
        }
        _ => (None, Err(Why::NotACertificate)),
    }
}

fn container_why(error: &ContainerError) -> Why {
    match error {
        ContainerError::Prefix => Why::NoPrefix,
        ContainerError::TextTooLong(_) => Why::TextTooLong,
        ContainerError::Base45 => Why::NotBase45,
        ContainerError::Zlib => Why::NotCompressed,
        ContainerError::TooLarge => Why::TooLarge,
    }
}

fn envelope_why(error: &EnvelopeError) -> Why {
    match error {
        EnvelopeError::Cbor(CborError::Malformed) => Why::NotCbor,
        EnvelopeError::Cbor(CborError::Trailing) => Why::TrailingData,
        EnvelopeError::Cbor(CborError::DuplicateKey) => Why::DuplicateKey,
        EnvelopeError::NotSign1 | EnvelopeError::Critical => Why::NotACertificate,
    }
}
