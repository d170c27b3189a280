//! From cases and what people shared with them to exposures.

use std::collections::{BTreeMap, BTreeSet};

use evidence::{
    About, Case, CaseId, Exposure, HouseholdId, HouseholdMember, Minutes, NamedContact, OtherExposures,
    PersonId, Probability, Setting, Test, Trip,
};
use jiff::Timestamp;

use crate::{
    journey,
    profile::Profile,
    venue,
    visits::Visits,
    window::{Window, window},
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
    /// Who shares a home.
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

pub(crate) type Key = (PersonId, CaseId, Setting);

/// A case that makes exposures.
pub(crate) struct Infectious<'a> {
    pub(crate) person: &'a PersonId,
    pub(crate) window: Window,
    known: Timestamp,
}

/// Every contact of every case known at the instant, in the order of person, case and setting.
#[must_use]
pub fn contacts(profile: &Profile, known: &Known<'_>) -> Vec<Contact> {
    let mut infectious: BTreeMap<&CaseId, Infectious<'_>> = BTreeMap::new();
    for About { person, says } in known.cases {
        if let Some((window, became_known)) = window(profile, person, says, known).zip(says.known()) {
            infectious.insert(&says.case, Infectious { person, window, known: became_known });
        }
    }
    let mut shared: BTreeMap<Key, Shared> = BTreeMap::new();
    households(known, &infectious, &mut shared);
    named(known, &infectious, &mut shared);
    journey::journeys(profile, known, &infectious, &mut shared);
    venue::meetings(profile, known, &infectious, &mut shared);
    assemble(profile, &infectious, shared)
}

fn households(
    known: &Known<'_>,
    infectious: &BTreeMap<&CaseId, Infectious<'_>>,
    shared: &mut BTreeMap<Key, Shared>,
) {
    let mut homes: BTreeMap<&HouseholdId, Vec<&PersonId>> = BTreeMap::new();
    let mut home_of: BTreeMap<&PersonId, Vec<&HouseholdId>> = BTreeMap::new();
    for member in known.households {
        homes.entry(&member.household).or_default().push(&member.person);
        home_of.entry(&member.person).or_default().push(&member.household);
    }
    for (case, infectious) in infectious {
        let of_case = home_of.get(infectious.person).map(Vec::as_slice).unwrap_or_default();
        let members: BTreeSet<&PersonId> =
            of_case.iter().filter_map(|home| homes.get(home)).flatten().copied().collect();
        for member in members.into_iter().filter(|member| *member != infectious.person) {
            let Window { start, end } = infectious.window;
            let key = (member.clone(), (*case).clone(), Setting::Household);
            shared.insert(key, Shared { first: start, last: end, minutes: 0 });
        }
    }
}

fn named(
    known: &Known<'_>,
    infectious: &BTreeMap<&CaseId, Infectious<'_>>,
    shared: &mut BTreeMap<Key, Shared>,
) {
    for contact in known.named_contacts {
        let Some(case) = infectious.get(&contact.case) else { continue };
        if *case.person == contact.person || contact.from > known.at {
            continue;
        }
        let last = contact.to.unwrap_or(contact.from);
        let minutes = u32::try_from(last.duration_since(contact.from).as_mins()).unwrap_or(u32::MAX);
        let key = (contact.person.clone(), contact.case.clone(), Setting::Named);
        let entry = shared.entry(key).or_insert(Shared { first: contact.from, last, minutes: 0 });
        entry.first = entry.first.min(contact.from);
        entry.last = entry.last.max(last);
        entry.minutes = entry.minutes.saturating_add(minutes);
    }
}

/// Adds to each pair what follows from the profile and from the person's other exposures.
fn assemble(
    profile: &Profile,
    infectious: &BTreeMap<&CaseId, Infectious<'_>>,
    shared: BTreeMap<Key, Shared>,
) -> Vec<Contact> {
    let mut contacts: Vec<Contact> = Vec::with_capacity(shared.len());
    for ((person, case, setting), what) in shared {
        let Some(case_known) = infectious.get(&case).map(|case| case.known) else { continue };
        let minutes = Minutes(what.minutes);
        let probability = profile.probability(setting, minutes);
        let exposure = Exposure {
            case,
            class: profile.class(setting),
            setting,
            first: what.first,
            last: what.last,
            minutes,
            probability,
            together: OtherExposures { cases: 1, minutes, probability },
        };
        contacts.push(Contact { person, case_known, exposure });
    }
    // INVARIANT: in the order of persons, so that each person's exposures stand together.
    for of_person in contacts.chunk_by_mut(|a, b| a.person == b.person) {
        let together: Vec<OtherExposures> =
            of_person.iter().map(|one| together(profile, one, of_person)).collect();
        for (contact, together) in of_person.iter_mut().zip(together) {
            contact.exposure.together = together;
        }
    }
    contacts
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
