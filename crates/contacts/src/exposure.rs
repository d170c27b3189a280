//! What an exposure is made of, and what is known of a person's exposures together.

use std::collections::BTreeMap;

use evidence::{
    About, Case, CaseId, Exposure, HouseholdMember, Minutes, NamedContact, OtherExposures, PersonId,
    Probability, Test, Trip,
};
use jiff::Timestamp;

use crate::{
    profile::Profile,
    tracing::Tracing,
    visits::{IndexError, Visits},
    window::Window,
};

/// What is known at an instant, as far as contacts depend on it. Tables may hold more than was known: what came later
/// is not used.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The instant.
    pub at: Timestamp,
    /// Cases.
    pub cases: &'a [About<Case>],
    /// Positive tests.
    pub positive_tests: &'a [About<Test>],
    /// Who shares a home; those of cases are enough.
    pub households: &'a [HouseholdMember],
    /// Contacts that cases named.
    pub named_contacts: &'a [NamedContact],
    /// Journeys.
    pub trips: &'a [About<Trip>],
    /// Visits to venues.
    pub visits: &'a Visits,
}

/// A contact of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    /// Who was near the case.
    pub person: PersonId,
    /// When the case became known, and so the exposure.
    pub case_known: Timestamp,
    /// The exposure.
    pub exposure: Exposure,
}

/// What a pair shared in a setting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shared {
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) minutes: u32,
}

/// A case that makes exposures.
#[derive(Debug)]
pub(crate) struct Infectious<'a> {
    pub(crate) person: &'a PersonId,
    pub(crate) window: Window,
    pub(crate) known: Timestamp,
}

/// Every contact of every case known at the instant, in the order of person, case and setting.
///
/// # Errors
/// [`IndexError`] where visits cannot be read.
pub fn contacts(profile: &Profile, known: &Known<'_>) -> Result<Vec<Contact>, IndexError> {
    let tracing = Tracing::new(profile, *known);
    let mut contacts = Vec::new();
    for case in tracing.cases() {
        contacts.extend(tracing.contacts_of(case)?);
    }
    take_together(profile, &mut contacts);
    Ok(contacts)
}

/// Orders contacts by person, case and setting, and says of each what is known of the person's other exposures among them.
pub fn take_together(profile: &Profile, contacts: &mut [Contact]) {
    contacts.sort_unstable_by(|a, b| {
        let key = |contact: &'_ Contact| contact.exposure.setting;
        (&a.person, &a.exposure.case, key(a)).cmp(&(&b.person, &b.exposure.case, key(b)))
    });
    for of_person in contacts.chunk_by_mut(|a, b| a.person == b.person) {
        let together: Vec<OtherExposures> =
            of_person.iter().map(|one| together(profile, one, of_person)).collect();
        for (contact, together) in of_person.iter_mut().zip(together) {
            contact.exposure.together = together;
        }
    }
}

/// What is known of a person's exposures in the time up to one of them, taken together.
fn together(profile: &Profile, one: &Contact, of_person: &[Contact]) -> OtherExposures {
    let last = one.exposure.last;
    let begin = last.checked_sub(profile.together_within).unwrap_or(Timestamp::MIN);
    let mut cases: BTreeMap<&CaseId, Probability> = BTreeMap::new();
    let mut minutes = 0_u32;
    for Contact { exposure, .. } in of_person {
        if exposure.last <= begin || exposure.last > last {
            continue;
        }
        minutes = minutes.saturating_add(exposure.minutes.0);
        let highest = cases.entry(&exposure.case).or_insert(Probability::ZERO);
        if exposure.probability > *highest {
            *highest = exposure.probability;
        }
    }
    OtherExposures {
        cases: u32::try_from(cases.len()).unwrap_or(u32::MAX),
        minutes: Minutes(minutes),
        probability: cases.values().fold(Probability::ZERO, |so_far, p| so_far.or(*p)),
    }
}
