//! From cases and what people shared with them to exposures, one case at a time.

use std::collections::{BTreeMap, BTreeSet};

use evidence::{
    About, CaseId, Exposure, HouseholdId, Minutes, OtherExposures, PersonId, Setting, Test, VehicleRun,
    VenueId,
};
use jiff::Timestamp;

use crate::{
    exposure::{Contact, Infectious, Known, Shared},
    journey::{Journeys, Ride},
    profile::Profile,
    venue,
    visits::IndexError,
    window::{Window, window},
};

/// What a case shared with each person in each setting.
type OfCase = BTreeMap<(PersonId, Setting), Shared>;

/// Cases that make exposures, for their contacts to be found one case at a time.
#[derive(Debug)]
pub struct Tracing<'a> {
    profile: &'a Profile,
    known: Known<'a>,
    infectious: BTreeMap<&'a CaseId, Infectious<'a>>,
    /// Who lives with each case's person.
    homes: BTreeMap<&'a PersonId, BTreeSet<&'a PersonId>>,
    /// Contacts that each case named.
    named: BTreeMap<&'a CaseId, OfCase>,
    journeys: Journeys<'a>,
}

/// Where and when two people were together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encounter {
    /// Where; `None` at home and for contacts that were named.
    pub place: Option<Where>,
    /// Start.
    pub from: Timestamp,
    /// End.
    pub to: Timestamp,
    /// Whether a departure was not known and the usual stay was assumed.
    pub assumed: bool,
}

/// Where two people were together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Where {
    /// At a venue.
    Venue(VenueId),
    /// In a vehicle.
    Vehicle(VehicleRun),
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
        let people: BTreeSet<&PersonId> = infectious.values().map(|infectious| infectious.person).collect();
        let homes = homes(&known, &people);
        let named = named(&known, &infectious);
        let journeys = Journeys::of(&known, &people);
        Tracing { profile, known, infectious, homes, named, journeys }
    }

    /// The cases that make exposures, in the order of their ids.
    pub fn cases(&self) -> impl ExactSizeIterator<Item = &'a CaseId> {
        self.infectious.keys().copied()
    }

    /// The contacts of one case, in the order of person and setting. What a contact shares with other cases is not looked
    /// for: `together` is about this exposure alone, until [`crate::take_together`] sees all of a person's.
    ///
    /// Costs in proportion to the case's own visits and to the visits that can overlap them.
    ///
    /// # Errors
    /// [`IndexError`] where visits cannot be read.
    pub fn contacts_of(&self, case: &CaseId) -> Result<Vec<Contact>, IndexError> {
        let Some((case, infectious)) = self.infectious.get_key_value(case) else { return Ok(Vec::new()) };
        let contact = |person: PersonId, setting: Setting, what: Shared| {
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
        let mut found = venue::meetings(self.profile, self.known.visits, infectious, self.known.at, contact)?;
        let at_venues = found.len();
        let elsewhere = self.elsewhere(case, infectious);
        found.extend(elsewhere.into_iter().map(|((person, setting), what)| contact(person, setting, what)));
        if found.len() > at_venues {
            found.sort_by(|a, b| (&a.person, a.exposure.setting).cmp(&(&b.person, b.exposure.setting)));
        }
        Ok(found)
    }

    /// Every meeting at a venue of a case with its contacts there, in the order of person and time: what they are to be asked
    /// where there are more of them than the profile's `ask_above`.
    ///
    /// # Errors
    /// [`IndexError`] where visits cannot be read.
    pub fn questions(&self, case: &CaseId) -> Result<Vec<(PersonId, Encounter)>, IndexError> {
        let Some(infectious) = self.infectious.get(case) else { return Ok(Vec::new()) };
        venue::questions(self.profile, self.known.visits, infectious, self.known.at)
    }

    /// What a case shared with people at home, in vehicles and by its own account.
    fn elsewhere(&self, case: &CaseId, infectious: &Infectious<'_>) -> OfCase {
        let mut shared = self.named.get(case).cloned().unwrap_or_default();
        let Window { start, end } = infectious.window;
        for member in self.homes.get(infectious.person).into_iter().flatten() {
            let what = Shared { first: start, last: end, minutes: 0 };
            shared.insert(((*member).clone(), Setting::Household), what);
        }
        for Ride { person, setting, from, to, .. } in self.journeys.near(self.profile, infectious) {
            add(&mut shared, (person.clone(), setting), (from, to));
        }
        shared
    }

    /// The visits and trips that make an exposure, in the order of time.
    ///
    /// # Errors
    /// [`IndexError`] where visits cannot be read.
    pub fn encounters(&self, contact: &Contact) -> Result<Vec<Encounter>, IndexError> {
        let exposure = &contact.exposure;
        let Some(infectious) = self.infectious.get(&exposure.case) else { return Ok(Vec::new()) };
        let mut encounters = match exposure.setting {
            Setting::Venue => venue::encounters(
                self.profile,
                self.known.visits,
                infectious,
                self.known.at,
                &contact.person,
            )?,
            Setting::Household | Setting::Named => {
                vec![Encounter { place: None, from: exposure.first, to: exposure.last, assumed: false }]
            }
            Setting::Plane | Setting::Train | Setting::Bus | Setting::Ferry | Setting::Car => {
                let near = self.journeys.near(self.profile, infectious);
                let rides = near
                    .iter()
                    .filter(|ride| *ride.person == contact.person && ride.setting == exposure.setting);
                let encounter = |ride: &Ride<'_>| {
                    let place = Some(Where::Vehicle(ride.vehicle.clone()));
                    Encounter { place, from: ride.from, to: ride.to, assumed: false }
                };
                rides.map(encounter).collect()
            }
        };
        encounters.sort_by_key(|encounter| (encounter.from, encounter.to));
        Ok(encounters)
    }
}

fn positive_tests<'a>(known: &Known<'a>) -> BTreeMap<&'a PersonId, Vec<&'a Test>> {
    let mut of_person: BTreeMap<&PersonId, Vec<&Test>> = BTreeMap::new();
    for test in known.positive_tests {
        of_person.entry(&test.person).or_default().push(&test.says);
    }
    of_person
}

/// Who lives with each of some people. Looks at their homes only: a city has millions of others.
fn homes<'a>(
    known: &Known<'a>,
    people: &BTreeSet<&'a PersonId>,
) -> BTreeMap<&'a PersonId, BTreeSet<&'a PersonId>> {
    let of_people = || known.households.iter().filter(|member| people.contains(&member.person));
    let mut homes: BTreeMap<&HouseholdId, Vec<&PersonId>> =
        of_people().map(|member| (&member.household, Vec::new())).collect();
    for member in known.households {
        if let Some(home) = homes.get_mut(&member.household) {
            home.push(&member.person);
        }
    }
    let mut with: BTreeMap<&PersonId, BTreeSet<&PersonId>> = BTreeMap::new();
    for member in of_people() {
        let others = homes.get(&member.household).into_iter().flatten();
        with.entry(&member.person).or_default().extend(others.filter(|other| **other != &member.person));
    }
    with
}

fn named<'a>(
    known: &Known<'a>,
    infectious: &BTreeMap<&'a CaseId, Infectious<'_>>,
) -> BTreeMap<&'a CaseId, OfCase> {
    let mut named: BTreeMap<&CaseId, OfCase> = BTreeMap::new();
    for contact in known.named_contacts {
        let Some(case) = infectious.get(&contact.case) else { continue };
        if *case.person == contact.person || contact.from > known.at {
            continue;
        }
        let last = contact.to.unwrap_or(contact.from);
        let of_case = named.entry(&contact.case).or_default();
        add(of_case, (contact.person.clone(), Setting::Named), (contact.from, last));
    }
    named
}

fn add(shared: &mut OfCase, key: (PersonId, Setting), (from, to): (Timestamp, Timestamp)) {
    let minutes = u32::try_from(to.duration_since(from).as_mins()).unwrap_or(u32::MAX);
    let entry = shared.entry(key).or_insert(Shared { first: from, last: to, minutes: 0 });
    entry.first = entry.first.min(from);
    entry.last = entry.last.max(to);
    entry.minutes = entry.minutes.saturating_add(minutes);
}
