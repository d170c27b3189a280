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
    visits::{IndexError, Visits},
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

/// What each case shared with each person in each setting.
pub(crate) type SharedByCase = BTreeMap<CaseId, BTreeMap<(PersonId, Setting), Shared>>;

/// A case that makes exposures.
#[derive(Debug)]
pub(crate) struct Infectious<'a> {
    pub(crate) person: &'a PersonId,
    pub(crate) window: Window,
    known: Timestamp,
}

/// Cases that make exposures, for their contacts to be found one case at a time.
#[derive(Debug)]
pub struct Tracing<'a> {
    profile: &'a Profile,
    known: Known<'a>,
    infectious: BTreeMap<&'a CaseId, Infectious<'a>>,
    /// All but venues.
    shared: SharedByCase,
}

impl<'a> Tracing<'a> {
    /// Gathers the cases known at the instant, and what people shared with them other than at venues.
    #[must_use]
    pub fn new(profile: &'a Profile, known: Known<'a>) -> Self {
        let mut infectious: BTreeMap<&CaseId, Infectious<'_>> = BTreeMap::new();
        let positive = positive_tests(&known);
        for About { person, says } in known.cases {
            let tests = positive.get(person).map(Vec::as_slice).unwrap_or_default();
            if let Some((window, became_known)) = window(profile, says, tests, known.at).zip(says.known()) {
                infectious.insert(&says.case, Infectious { person, window, known: became_known });
            }
        }
        let mut shared = SharedByCase::new();
        households(&known, &infectious, &mut shared);
        named(&known, &infectious, &mut shared);
        journey::journeys(profile, &known, &infectious, &mut shared);
        Tracing { profile, known, infectious, shared }
    }

    /// The cases that make exposures, in the order of their ids.
    pub fn cases(&self) -> impl ExactSizeIterator<Item = &'a CaseId> {
        self.infectious.keys().copied()
    }

    /// The contacts of one case, in the order of person and setting. What a contact shares with other cases is not looked
    /// for: `together` is about this exposure alone.
    ///
    /// Costs in proportion to the case's own visits and to the visits that can overlap them.
    ///
    /// # Errors
    /// [`IndexError`] where visits cannot be read.
    pub fn contacts_of(&self, case: &CaseId) -> Result<Vec<Contact>, IndexError> {
        let Some((case, infectious)) = self.infectious.get_key_value(case) else { return Ok(Vec::new()) };
        let mut found = venue::meetings(self.profile, self.known.visits, infectious, self.known.at)?;
        let before = found.len();
        let of_case = self.shared.get(*case).into_iter().flatten();
        found.extend(of_case.map(|((person, setting), what)| (person.clone(), *setting, *what)));
        if found.len() > before {
            found.sort_unstable_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        }
        let contact = |(person, setting, what): (PersonId, Setting, Shared)| {
            let minutes = Minutes(what.minutes);
            let probability = self.profile.probability(setting, minutes);
            let exposure = Exposure {
                case: (*case).clone(),
                class: self.profile.class(setting),
                setting,
                first: what.first,
                last: what.last,
                minutes,
                probability,
                together: OtherExposures { cases: 1, minutes, probability },
            };
            Contact { person, case_known: infectious.known, exposure }
        };
        Ok(found.into_iter().map(contact).collect())
    }
}

fn positive_tests<'a>(known: &Known<'a>) -> BTreeMap<&'a PersonId, Vec<&'a Test>> {
    let mut of_person: BTreeMap<&PersonId, Vec<&Test>> = BTreeMap::new();
    for test in known.positive_tests {
        of_person.entry(&test.person).or_default().push(&test.says);
    }
    of_person
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
    let key =
        |contact: &Contact| (contact.person.clone(), contact.exposure.case.clone(), contact.exposure.setting);
    contacts.sort_by_cached_key(key);
    // In the order of persons, each person's exposures stand together.
    for of_person in contacts.chunk_by_mut(|a, b| a.person == b.person) {
        let together: Vec<OtherExposures> =
            of_person.iter().map(|one| together(profile, one, of_person)).collect();
        for (contact, together) in of_person.iter_mut().zip(together) {
            contact.exposure.together = together;
        }
    }
    Ok(contacts)
}

fn households(known: &Known<'_>, infectious: &BTreeMap<&CaseId, Infectious<'_>>, shared: &mut SharedByCase) {
    // Homes of cases only: a city has millions of others.
    let cases: BTreeSet<&PersonId> = infectious.values().map(|infectious| infectious.person).collect();
    let mut home_of: BTreeMap<&PersonId, Vec<&HouseholdId>> = BTreeMap::new();
    for member in known.households.iter().filter(|member| cases.contains(&member.person)) {
        home_of.entry(&member.person).or_default().push(&member.household);
    }
    let mut homes: BTreeMap<&HouseholdId, Vec<&PersonId>> =
        home_of.values().flatten().map(|home| (*home, Vec::new())).collect();
    for member in known.households {
        if let Some(home) = homes.get_mut(&member.household) {
            home.push(&member.person);
        }
    }
    for (case, infectious) in infectious {
        let of_case = home_of.get(infectious.person).map(Vec::as_slice).unwrap_or_default();
        let members: BTreeSet<&PersonId> =
            of_case.iter().filter_map(|home| homes.get(home)).flatten().copied().collect();
        for member in members.into_iter().filter(|member| *member != infectious.person) {
            let Window { start, end } = infectious.window;
            let what = Shared { first: start, last: end, minutes: 0 };
            shared.entry((*case).clone()).or_default().insert((member.clone(), Setting::Household), what);
        }
    }
}

fn named(known: &Known<'_>, infectious: &BTreeMap<&CaseId, Infectious<'_>>, shared: &mut SharedByCase) {
    for contact in known.named_contacts {
        let Some(case) = infectious.get(&contact.case) else { continue };
        if *case.person == contact.person || contact.from > known.at {
            continue;
        }
        let last = contact.to.unwrap_or(contact.from);
        let minutes = u32::try_from(last.duration_since(contact.from).as_mins()).unwrap_or(u32::MAX);
        let of_case = shared.entry(contact.case.clone()).or_default();
        let key = (contact.person.clone(), Setting::Named);
        let entry = of_case.entry(key).or_insert(Shared { first: contact.from, last, minutes: 0 });
        entry.first = entry.first.min(contact.from);
        entry.last = entry.last.max(last);
        entry.minutes = entry.minutes.saturating_add(minutes);
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
