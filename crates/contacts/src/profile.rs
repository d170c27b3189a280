//! Disease profiles: what makes a contact, and how often contacts were found infected.

mod form;

use std::collections::BTreeMap;

use evidence::{ContactClass, Minutes, Probability, Setting, VenueKind};
use jiff::SignedDuration;

/// A disease profile, read from a published TOML document.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Its id.
    pub id: String,
    /// Counts up with every published change.
    pub version: u32,
    /// How long before onset a case is infectious.
    pub infectious_before: SignedDuration,
    /// How long after onset a case is infectious, unless isolated or recovered earlier.
    pub infectious_after: SignedDuration,
    /// Contacts at venues.
    pub venue: VenueContact,
    /// How far back a person's exposures are taken together.
    pub together_within: SignedDuration,
    /// Rows before and behind in which somebody on a plane is a contact.
    pub plane_rows: u16,
    /// A trace that flags more people than this asks them instead of restricting them.
    pub ask_above: u64,
    /// The document it was read from.
    pub document: String,
    classes: BTreeMap<Setting, ContactClass>,
    attack_rates: Vec<AttackRate>,
}

/// What makes a contact at a venue.
#[derive(Debug, Clone, PartialEq)]
pub struct VenueContact {
    /// Overlap needed.
    pub minutes: Minutes,
    /// Span over which overlap is summed; `None` is the whole infectious window.
    pub sum_over: Option<SignedDuration>,
    /// How long after a case left somebody who comes is still near them.
    pub linger: SignedDuration,
    usual_stay: SignedDuration,
    kinds: BTreeMap<VenueKind, VenueOverride>,
}

/// What differs for a kind of venue.
#[derive(Debug, Clone, PartialEq)]
struct VenueOverride {
    minutes: Option<Minutes>,
    linger: Option<SignedDuration>,
    usual_stay: Option<SignedDuration>,
}

/// A published secondary attack rate: of contacts in a setting, the share found infected.
#[derive(Debug, Clone, PartialEq)]
pub struct AttackRate {
    /// The setting.
    pub setting: Setting,
    /// It applies from so many minutes of contact on.
    pub minutes_min: Minutes,
    /// The share.
    pub share: Probability,
    /// Where it was published.
    pub source: String,
}

/// Why a document is not a disease profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}\n  remedy: {remedy}")]
pub struct ProfileError {
    /// Line of the document, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

impl Profile {
    /// The SARS-CoV-2 profile that is shipped.
    pub const SARS_COV_2: &'static str = include_str!("../../../profiles/sars-cov-2.toml");

    /// Reads a profile.
    ///
    /// # Errors
    /// [`ProfileError`] with line and remedy: not UTF-8, not TOML, an unknown field, a number out of range.
    pub fn parse(document: &[u8]) -> Result<Self, ProfileError> {
        form::parse(document)
    }

    /// The class of contacts in a setting.
    #[must_use]
    pub fn class(&self, setting: Setting) -> ContactClass {
        self.classes.get(&setting).copied().unwrap_or(ContactClass::Casual)
    }

    /// The attack rate that applies to a contact: of those of its setting, the one for the longest contact reached.
    #[must_use]
    pub fn attack_rate(&self, setting: Setting, minutes: Minutes) -> Option<&AttackRate> {
        let reached = |rate: &&AttackRate| rate.setting == setting && rate.minutes_min <= minutes;
        self.attack_rates.iter().filter(reached).max_by_key(|rate| rate.minutes_min)
    }

    /// The probability of infection that published attack rates give a contact; zero where none is published for so
    /// short a contact.
    #[must_use]
    pub fn probability(&self, setting: Setting, minutes: Minutes) -> Probability {
        self.attack_rate(setting, minutes).map_or(Probability::ZERO, |rate| rate.share)
    }
}

impl VenueContact {
    /// A number that the minutes needed at every kind of venue divide, so that shares of them add up exactly.
    pub(crate) fn minutes_scale(&self) -> u64 {
        let kinds = self.kinds.values().filter_map(|kind| kind.minutes);
        kinds.chain([self.minutes]).map(|minutes| u64::from(minutes.0.max(1))).fold(1, least_common_multiple)
    }

    /// The minutes needed, where they are the same at every kind of venue.
    pub(crate) fn minutes_everywhere(&self) -> Option<u64> {
        let mut kinds = self.kinds.values().filter_map(|kind| kind.minutes);
        kinds.all(|minutes| minutes == self.minutes).then(|| u64::from(self.minutes.0.max(1)))
    }

    /// Overlap needed at a kind of venue.
    #[must_use]
    pub fn minutes_at(&self, kind: Option<&VenueKind>) -> Minutes {
        kind.and_then(|kind| self.kinds.get(kind)).and_then(|kind| kind.minutes).unwrap_or(self.minutes)
    }

    /// How long after a case left somebody is still near them, at a kind of venue.
    #[must_use]
    pub fn linger_at(&self, kind: Option<&VenueKind>) -> SignedDuration {
        kind.and_then(|kind| self.kinds.get(kind)).and_then(|kind| kind.linger).unwrap_or(self.linger)
    }

    /// How long people usually stay at a kind of venue; assumed where nobody checked out.
    #[must_use]
    pub fn usual_stay_at(&self, kind: Option<&VenueKind>) -> SignedDuration {
        kind.and_then(|kind| self.kinds.get(kind)).and_then(|kind| kind.usual_stay).unwrap_or(self.usual_stay)
    }

    /// The longest that somebody who comes after a case left is still near them, at any kind of venue.
    #[must_use]
    pub fn longest_linger(&self) -> SignedDuration {
        self.kinds.values().filter_map(|kind| kind.linger).fold(self.linger, SignedDuration::max)
    }

    /// The longest of all usual stays.
    #[must_use]
    pub fn longest_usual_stay(&self) -> SignedDuration {
        let kinds = self.kinds.values().filter_map(|kind| kind.usual_stay);
        kinds.fold(self.usual_stay, SignedDuration::max)
    }
}

fn least_common_multiple(a: u64, b: u64) -> u64 {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    (a / x).saturating_mul(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_profiles_are_sound() {
        for document in [Profile::SARS_COV_2, include_str!("../../../profiles/measles.toml")] {
            let profile = Profile::parse(document.as_bytes()).unwrap();
            assert!(profile.infectious_after > SignedDuration::ZERO);
            for setting in Setting::ALL {
                assert!(profile.attack_rate(*setting, Minutes(10_000)).is_some(), "{setting}");
            }
        }
    }

    #[test]
    fn a_longer_contact_takes_the_rate_for_longer_contacts() {
        let profile = Profile::parse(Profile::SARS_COV_2.as_bytes()).unwrap();
        let at = |minutes| profile.probability(Setting::Venue, Minutes(minutes)).share();
        assert_eq!([at(14), at(15), at(59), at(60), at(500)], [0.0, 0.003, 0.003, 0.011, 0.022]);
    }
}
