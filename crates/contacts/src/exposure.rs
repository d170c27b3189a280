//! From cases and what people shared with them to exposures.

use std::collections::{BTreeMap, BTreeSet};

use evidence::{
    About, Case, CaseId, Exposure, HouseholdId, HouseholdMember, Minutes, NamedContact, OtherExposures,
    PersonId, Probability, Setting, Test,
};
use jiff::Timestamp;

use crate::{
    profile::Profile,
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
struct Shared {
    first: Timestamp,
    last: Timestamp,
    minutes: u32,
}

type Key = (PersonId, CaseId, Setting);

/// A case that makes exposures.
struct Infectious<'a> {
    person: &'a PersonId,
    window: Window,
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
    let probability =
        |setting: Setting, shared: &Shared| profile.probability(setting, Minutes(shared.minutes));
    let mut by_case: BTreeMap<&PersonId, BTreeMap<&CaseId, Probability>> = BTreeMap::new();
    let mut minutes: BTreeMap<&PersonId, u32> = BTreeMap::new();
    for ((person, case, setting), what) in &shared {
        let highest = by_case.entry(person).or_default().entry(case).or_insert(Probability::ZERO);
        let of_this = probability(*setting, what);
        if of_this > *highest {
            *highest = of_this;
        }
        let sum = minutes.entry(person).or_default();
        *sum = sum.saturating_add(what.minutes);
    }
    let together: BTreeMap<&PersonId, OtherExposures> = by_case
        .into_iter()
        .map(|(person, cases)| {
            let sum = minutes.get(person).copied().unwrap_or_default();
            let combined = cases.values().fold(Probability::ZERO, |so_far, p| so_far.or(*p));
            let count = u32::try_from(cases.len()).unwrap_or(u32::MAX);
            (person, OtherExposures { cases: count, minutes: Minutes(sum), probability: combined })
        })
        .collect();
    let contact = |((person, case, setting), what): (&Key, &Shared)| {
        let exposure = Exposure {
            case: case.clone(),
            class: profile.class(*setting),
            setting: *setting,
            first: what.first,
            last: what.last,
            minutes: Minutes(what.minutes),
            probability: probability(*setting, what),
            together: together.get(person).copied()?,
        };
        let case_known = infectious.get(case)?.known;
        Some(Contact { person: person.clone(), case_known, exposure })
    };
    shared.iter().filter_map(contact).collect()
}
