//! The three answers at a door, and their reasons.

use std::fmt;

/// What to do with the person at the door. There is no fourth answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Let them in.
    Admit,
    /// The pass was forged or revoked, or says that they should stay apart. Say where help and appeal are.
    DoNotAdmit,
    /// Nothing reliable is known from this: unreadable, stale, unknown. Ask a person, not the machine.
    AskForHelp,
}

impl Verdict {
    /// `admit`, `do_not_admit` or `ask_for_help`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Admit => "admit",
            Self::DoNotAdmit => "do_not_admit",
            Self::AskForHelp => "ask_for_help",
        }
    }

    /// The verdict that follows from reasons: one that asks for help goes before one that refuses, so that nobody is
    /// turned away on evidence that is not sound; without either the answer is to admit.
    pub(crate) fn of(reasons: &[Why]) -> Self {
        let has = |verdict| reasons.iter().any(|why| why.verdict() == verdict);
        if has(Self::AskForHelp) {
            Self::AskForHelp
        } else if has(Self::DoNotAdmit) {
            Self::DoNotAdmit
        } else {
            Self::Admit
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Admit => "admit",
            Self::DoNotAdmit => "do not admit",
            Self::AskForHelp => "ask for help",
        })
    }
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $verdict:ident;)+) => {
        /// Why a pass got its verdict. Every reason has a code for machines and a sentence for people.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Why {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Why {
            /// Every reason there is.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The code, such as `expired`. Codes do not change.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// The verdict this reason leads to by itself.
            #[must_use]
            pub fn verdict(self) -> Verdict {
                match self { $(Self::$name => Verdict::$verdict,)+ }
            }

            /// The reason in a sentence.
            #[must_use]
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$name => const { concat!($($doc),+).trim_ascii() },)+ }
            }
        }
    };
}

reasons! {
    /// The text does not start with `HC1:`, so it is not a health pass.
    NoPrefix = "no_prefix", AskForHelp;
    /// The text is longer than a QR code can hold.
    TextTooLong = "text_too_long", AskForHelp;
    /// The text is not Base45: it was damaged, or typed wrongly.
    NotBase45 = "not_base45", AskForHelp;
    /// The content is not one complete zlib stream.
    NotCompressed = "not_compressed", AskForHelp;
    /// The content unpacks to more than any pass needs.
    TooLarge = "too_large", AskForHelp;
    /// The content is not well-formed CBOR.
    NotCbor = "not_cbor", AskForHelp;
    /// A CBOR map has a key twice, so it could be read in two ways.
    DuplicateKey = "duplicate_key", AskForHelp;
    /// There are bytes behind the end of the pass.
    TrailingData = "trailing_data", AskForHelp;
    /// The content is not a signed envelope with a pass or certificate in it.
    NotACertificate = "not_a_certificate", AskForHelp;
    /// The claims are not as the format says.
    ClaimsInvalid = "claims_invalid", AskForHelp;
    /// Nobody on the trust list has the key that the pass names.
    UnknownIssuer = "unknown_issuer", AskForHelp;
    /// The key belongs to another issuer than the pass names.
    IssuerMismatch = "issuer_mismatch", AskForHelp;
    /// The issuer's key is not valid yet, or not any more.
    IssuerNotValid = "issuer_not_valid", AskForHelp;
    /// The envelope names another algorithm than the one of the issuer's key.
    AlgorithmNotAllowed = "algorithm_not_allowed", AskForHelp;
    /// The signature does not match: the pass was changed, or was not signed by this issuer.
    SignatureInvalid = "signature_invalid", DoNotAdmit;
    /// The issuer's key may not sign this kind of pass.
    KeyUsage = "key_usage", AskForHelp;
    /// The trust list is older than it may be: it must be fetched again.
    TrustListStale = "trust_list_stale", AskForHelp;
    /// The pass begins in the future, or this clock is slow.
    NotYetValid = "not_yet_valid", AskForHelp;
    /// The pass is over: a new one is needed.
    Expired = "expired", AskForHelp;
    /// The issuer has revoked this pass.
    Revoked = "revoked", DoNotAdmit;
    /// The revocation filter is older than it may be: it must be fetched again.
    FilterStale = "filter_stale", AskForHelp;
    /// Without a filter it was not checked whether the pass was revoked.
    RevocationUnchecked = "revocation_unchecked", Admit;
    /// The pass lives on a phone and this is a copy of it: no proof that the phone is here.
    ProofMissing = "proof_missing", AskForHelp;
    /// The proof was made too long ago: a screenshot, or a slow clock on the phone.
    ProofStale = "proof_stale", AskForHelp;
    /// The proof was made in the future: one of the two clocks is wrong.
    ProofAhead = "proof_ahead", AskForHelp;
    /// The proof is not one of the phone that this pass belongs to.
    ProofInvalid = "proof_invalid", AskForHelp;
    /// A paper pass carries a proof of a phone, which it cannot have.
    ProofUnexpected = "proof_unexpected", AskForHelp;
    /// The holder's level is green.
    LevelGreen = "level_green", Admit;
    /// The holder's level is yellow.
    LevelYellow = "level_yellow", DoNotAdmit;
    /// The holder's level is red.
    LevelRed = "level_red", DoNotAdmit;
    /// A paper pass: compare initials and birthday with an identity card.
    Paper = "paper", Admit;
    /// The phone that the pass belongs to is here.
    Live = "live", Admit;
    /// This is an essential place: nobody is refused here.
    EssentialPlace = "essential_place", Admit;
    /// A certificate of a completed vaccination.
    Vaccination = "vaccination", Admit;
    /// A certificate of a vaccination that is not complete, not two weeks old yet, or older than 270 days.
    VaccinationNotCurrent = "vaccination_not_current", AskForHelp;
    /// A certificate of a recent negative test.
    TestNegative = "test_negative", Admit;
    /// A certificate of a test that is older than tests are accepted, or from the future.
    TestTooOld = "test_too_old", AskForHelp;
    /// A certificate of a positive test.
    TestPositive = "test_positive", DoNotAdmit;
    /// A certificate of a recovery.
    Recovery = "recovery", Admit;
    /// A certificate of a recovery outside its dates.
    RecoveryNotCurrent = "recovery_not_current", AskForHelp;
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_words_of_their_own() {
        let codes: BTreeSet<&str> = Why::ALL.iter().map(|why| why.code()).collect();
        assert_eq!(codes.len(), Why::ALL.len());
        for why in Why::ALL {
            assert!(
                why.code().bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')),
                "{why:?}"
            );
            assert!(why.sentence().ends_with('.'), "{why:?}");
        }
    }

    #[test]
    fn nobody_is_refused_on_what_is_not_sound() {
        assert_eq!(Verdict::of(&[]), Verdict::Admit);
        assert_eq!(Verdict::of(&[Why::LevelGreen, Why::RevocationUnchecked]), Verdict::Admit);
        assert_eq!(Verdict::of(&[Why::LevelRed, Why::Live]), Verdict::DoNotAdmit);
        assert_eq!(Verdict::of(&[Why::LevelRed, Why::Expired]), Verdict::AskForHelp);
    }
}
