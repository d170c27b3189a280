//! Everybody in a bundle with their evidence, joined in memory.

use std::collections::BTreeMap;

use contacts::{Contact, IndexError, Known, Profile, Tracing, Visits, take_together};
use evidence::{
    About, Case, CaseId, Check, Declaration, HouseholdMember, NamedContact, Person, PersonId, RegionId,
    RegionPeriod, Ruling, Setting, Stay, Test, Trip,
};
use hashbrown::HashMap;
use jiff::Timestamp;
use rating::{Evidence, Piece, Says};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

/// Everybody, in the order of their ids, with what contact tracing needs beside.
#[derive(Default)]
pub(crate) struct Population {
    people: Vec<Person>,
    evidence: Vec<Evidence>,
    positions: HashMap<PersonId, usize>,
    regions: BTreeMap<RegionId, Vec<RegionPeriod>>,
    pub(crate) households: Vec<HouseholdMember>,
    pub(crate) cases: Vec<About<Case>>,
    pub(crate) tests: Vec<About<Test>>,
    pub(crate) named_contacts: Vec<NamedContact>,
    pub(crate) trips: Vec<About<Trip>>,
    pub(crate) visits: Visits,
}

impl Population {
    /// Takes everybody; evidence follows.
    pub(crate) fn new(mut people: Vec<Person>, regions: Vec<RegionPeriod>) -> Self {
        people.sort_unstable_by(|a, b| a.person.cmp(&b.person));
        let positions = people.iter().enumerate().map(|(at, p)| (p.person.clone(), at)).collect();
        let evidence = vec![Evidence::default(); people.len()];
        let mut by_region: BTreeMap<RegionId, Vec<RegionPeriod>> = BTreeMap::new();
        for period in regions {
            by_region.entry(period.region.clone()).or_default().push(period);
        }
        Population { people, evidence, positions, regions: by_region, ..Population::default() }
    }

    /// Everybody with their evidence, in the order of their ids.
    pub(crate) fn everybody(&self) -> impl ExactSizeIterator<Item = (&Person, &Evidence)> {
        self.people.iter().zip(&self.evidence)
    }

    /// The people, in the order of their ids.
    pub(crate) fn people(&self) -> &[Person] {
        &self.people
    }

    /// Each person's evidence, in the order of their ids.
    pub(crate) fn evidence(&self) -> &[Evidence] {
        &self.evidence
    }

    /// Where a person stands in that order.
    pub(crate) fn position(&self, person: &str) -> Option<usize> {
        self.positions.get(person).copied()
    }

    fn add(&mut self, person: &PersonId, pieces: impl IntoIterator<Item = Piece>) {
        // INVARIANT: the bundle refuses evidence about people it does not have.
        if let Some(evidence) = self.positions.get(person).and_then(|at| self.evidence.get_mut(*at)) {
            evidence.pieces.extend(pieces);
        }
    }

    pub(crate) fn declaration(&mut self, row: About<Declaration>) {
        self.add(&row.person, [Piece::of_declaration(row.says)]);
    }

    pub(crate) fn check(&mut self, row: About<Check>) {
        self.add(&row.person, [Piece::of_check(row.says)]);
    }

    pub(crate) fn stay(&mut self, row: About<Stay>) {
        let periods = self.regions.get(&row.says.region).map(Vec::as_slice).unwrap_or_default();
        let versions = Piece::of_stay(&row.says, periods);
        self.add(&row.person, versions);
    }

    pub(crate) fn trip(&mut self, row: About<Trip>) {
        self.add(&row.person, [Piece::of_trip(row.says.clone())]);
        self.trips.push(row);
    }

    pub(crate) fn test(&mut self, row: About<Test>) {
        self.add(&row.person, [Piece::of_test(row.says.clone())]);
        if row.says.result == evidence::TestResult::Positive {
            self.tests.push(row);
        }
    }

    pub(crate) fn case(&mut self, row: About<Case>) {
        self.add(&row.person, Piece::of_case(&row.says));
        self.cases.push(row);
    }

    pub(crate) fn ruling(&mut self, row: About<Ruling>) {
        if let Some(evidence) = self.positions.get(&row.person).and_then(|at| self.evidence.get_mut(*at)) {
            evidence.rulings.push(row.says);
        }
    }

    /// Replaces everybody's exposures.
    fn set_exposures(&mut self, contacts: Vec<Contact>) {
        for evidence in &mut self.evidence {
            evidence.pieces.retain(|piece| !matches!(piece.says, Says::Exposure(_)));
        }
        for Contact { person, exposure, case_known } in contacts {
            self.add(&person, [Piece::of_exposure(exposure, case_known)]);
        }
    }
}

/// People near cases at venues who are to be asked before anything follows from it, because they are so many.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Unasked {
    /// Cases with more people near them than the profile's `ask_above`.
    pub(crate) cases: u64,
    /// People near them, counted for each case.
    pub(crate) people: u64,
}

/// A population with the profile by which contacts are found.
pub(crate) struct Loaded {
    pub(crate) population: Population,
    pub(crate) profile: Profile,
}

impl Loaded {
    pub(crate) fn new(population: Population, profile: Profile) -> Self {
        Loaded { population, profile }
    }

    /// The contacts of every case, as known at an instant. Those at venues of a case that was near more people than the
    /// profile's `ask_above` are to be asked first: they are counted, and are no exposures.
    fn contacts_at(&self, at: Timestamp) -> Result<(Vec<Contact>, Unasked), IndexError> {
        let population = &self.population;
        let known = Known {
            at,
            cases: &population.cases,
            positive_tests: &population.tests,
            households: &population.households,
            named_contacts: &population.named_contacts,
            trips: &population.trips,
            visits: &population.visits,
        };
        let tracing = Tracing::new(&self.profile, known);
        let cases: Vec<&CaseId> = tracing.cases().collect();
        let found: Vec<Vec<Contact>> =
            cases.into_par_iter().map(|case| tracing.contacts_of(case)).collect::<Result<_, _>>()?;
        let (mut contacts, mut unasked) = (Vec::new(), Unasked::default());
        for of_case in found {
            let at_venue = |contact: &Contact| contact.exposure.setting == Setting::Venue;
            let people = of_case.iter().filter(|contact| at_venue(contact)).count() as u64;
            if people > self.profile.ask_above {
                unasked.cases += 1;
                unasked.people += people;
                contacts.extend(of_case.into_iter().filter(|contact| !at_venue(contact)));
            } else {
                contacts.extend(of_case);
            }
        }
        take_together(&self.profile, &mut contacts);
        Ok((contacts, unasked))
    }

    /// Finds everybody's exposures as known at an instant; they replace those of an instant before. Gives what is left
    /// out.
    pub(crate) fn expose_at(&mut self, at: Timestamp) -> Result<Unasked, IndexError> {
        let (contacts, unasked) = self.contacts_at(at)?;
        self.population.set_exposures(contacts);
        Ok(unasked)
    }
}
