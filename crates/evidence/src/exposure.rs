//! Having been near a case: derived, never declared.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{CaseId, Minutes, Probability, vocabulary::vocabulary};

vocabulary! {
    /// How close a contact was.
    ContactClass, "contact class" {
        /// Close enough that infection is likely to be looked for.
        Close = "close",
        /// Nearby.
        Casual = "casual",
    }
}

vocabulary! {
    /// Where people were near each other.
    Setting, "setting" {
        /// At a venue.
        Venue = "venue",
        /// On a plane.
        Plane = "plane",
        /// On a train.
        Train = "train",
        /// On a bus.
        Bus = "bus",
        /// On a ferry.
        Ferry = "ferry",
        /// In a car.
        Car = "car",
        /// At home.
        Household = "household",
        /// Named by the case.
        Named = "named",
    }
}

/// What is known of a person's other exposures in the same window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherExposures {
    /// Distinct cases the person was exposed to, this one included (so at least 1).
    pub cases: u32,
    /// Minutes near any of them, in all settings.
    pub minutes: Minutes,
    /// Probability that at least one of the exposures infected: `1 - Π(1 - p)`.
    pub probability: Probability,
}

/// A person was near a case. The case is never named to them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exposure {
    /// The case. For investigators; never shown to the contact.
    pub case: CaseId,
    /// Class of contact.
    pub class: ContactClass,
    /// Setting.
    pub setting: Setting,
    /// First moment near the case.
    pub first: Timestamp,
    /// Last moment near the case.
    pub last: Timestamp,
    /// Total time near the case; 0 where it was not measured (household, named).
    pub minutes: Minutes,
    /// Probability of infection that published secondary attack rates give this exposure.
    pub probability: Probability,
    /// The person's exposures in the window taken together.
    pub together: OtherExposures,
}
