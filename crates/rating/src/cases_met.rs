//! How many cases a person had met before symptoms were declared: the one thing a condition may ask of evidence beside
//! the piece it looks at.
//!
//! An exposure may become known after the declaration, so the number grows with what is known. It never makes anybody
//! better off to have met more cases: a condition can only ask for *at least* so many (the compiler sees to it), and so
//! a reason that rests on it begins once, at the exposure that made the number, and never ends because of another.

use evidence::CaseId;
use jiff::{SignedDuration, Timestamp};
use smallvec::SmallVec;

use crate::{
    condition::Truth,
    piece::{Evidence, Piece, Says},
    rule_set::Rule,
};

/// How far before a declaration or check an exposure counts: 14 days of 24 hours, the longest usual incubation
/// (Lauer SA et al., Ann Intern Med 2020;172:577-582).
const WITHIN: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What a condition is given to look at: what a version of evidence says, and how many cases were met before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) says: &'a Says,
    /// Distinct cases met, as far as is known; 0 for evidence other than declarations and checks.
    pub(crate) cases_met: u32,
}

/// The instants at which each distinct case that a person met in the time before a declaration or check became known as
/// such, in order.
pub(crate) struct CasesMet(SmallVec<[Timestamp; 4]>);

impl CasesMet {
    /// Counts the exposures known at an instant that began by the declaration or check, and whose last contact lies less
    /// than [`WITHIN`] before it. None for other kinds of evidence.
    pub(crate) fn before(says: &Says, evidence: &Evidence, at: Timestamp) -> Self {
        let mut known: SmallVec<[(&CaseId, Timestamp); 4]> = SmallVec::new();
        for (piece, exposure) in exposures_before(says, evidence, at) {
            match known.iter_mut().find(|(case, _)| *case == &exposure.case) {
                Some((_, since)) => *since = piece.known.min(*since),
                None => known.push((&exposure.case, piece.known)),
            }
        }
        let mut instants: SmallVec<[Timestamp; 4]> = known.iter().map(|(_, since)| *since).collect();
        instants.sort_unstable();
        CasesMet(instants)
    }

    /// How many.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// The instant from which a rule matches: when the evidence is known, or when the case became known that made the
    /// number. `None` where it does not.
    pub(crate) fn matches_from(&self, rule: &Rule, piece: &Piece) -> Option<Timestamp> {
        let says = &piece.says;
        let matches = |cases_met| rule.condition.ask_of(Given { says, cases_met }) == Truth::True;
        if matches(0) {
            return Some(piece.known);
        }
        let enough = (1..).zip(&self.0).find(|(cases_met, _)| matches(*cases_met));
        enough.map(|(_, since)| piece.known.max(*since))
    }
}

/// The exposures that count for a declaration or check, as far as they were known at an instant.
pub(crate) fn exposures_before<'e>(
    says: &Says,
    evidence: &'e Evidence,
    at: Timestamp,
) -> impl Iterator<Item = (&'e Piece, &'e evidence::Exposure)> + use<'e> {
    let declared = match says {
        Says::Declaration(declaration) => Some(declaration.at),
        Says::Check(check) => Some(check.at),
        _ => None,
    };
    let pieces = evidence.pieces.iter().filter(move |piece| piece.known <= at);
    pieces.filter_map(move |piece| match &piece.says {
        Says::Exposure(exposure) => {
            let declared = declared?;
            // A difference of instants, so that nothing is beyond the end of time.
            let counts = exposure.first <= declared && declared.duration_since(exposure.last) < WITHIN;
            counts.then_some((piece, exposure.as_ref()))
        }
        _ => None,
    })
}
