//! What contact tracing needs of a bundle, and no more: a city's other evidence stays on disk.

use std::collections::BTreeSet;

use bundle::Future;
use contacts::{Known, Profile, Visits};
use evidence::{
    About, Case, HouseholdId, HouseholdMember, NamedContact, Person, PersonId, Test, TestResult, Trip, Venue,
};
use jiff::Timestamp;

use crate::{
    arguments::EvidenceArguments,
    loading::{profile, with_bundle},
    visit_index::read_visits,
};

/// Cases and what may have brought people near them.
#[derive(Debug)]
pub(crate) struct Traced {
    pub(crate) profile: Profile,
    /// How many people there are.
    pub(crate) people: u64,
    /// Whether the person asked for is one of them.
    pub(crate) knows_person: bool,
    cases: Vec<About<Case>>,
    positive_tests: Vec<About<Test>>,
    /// Homes of cases.
    households: Vec<HouseholdMember>,
    named_contacts: Vec<NamedContact>,
    trips: Vec<About<Trip>>,
    pub(crate) visits: Visits,
}

impl Traced {
    /// Reads it from a bundle; `person` is one that will be asked for.
    pub(crate) fn load(arguments: &EvidenceArguments, person: Option<&str>) -> anyhow::Result<Self> {
        let profile = profile(arguments)?;
        let read = with_bundle(&arguments.bundle, &arguments.lenience, Future::Allow, |bundle, loader| {
            let (mut people, mut knows_person) = (0, false);
            loader.each(|row: Person| {
                people += 1;
                knows_person |= person == Some(row.person.as_str());
            })?;
            let venues = loader.all::<Venue>()?;
            let cases = loader.all::<About<Case>>()?;
            let of_cases: BTreeSet<&PersonId> = cases.iter().map(|case| &case.person).collect();
            let mut homes: BTreeSet<HouseholdId> = BTreeSet::new();
            loader.each(|member: HouseholdMember| {
                if of_cases.contains(&member.person) {
                    homes.insert(member.household);
                }
            })?;
            let mut households = Vec::new();
            loader.each(|member: HouseholdMember| {
                if homes.contains(&member.household) {
                    households.push(member);
                }
            })?;
            let mut positive_tests = Vec::new();
            loader.each(|test: About<Test>| {
                if test.says.result == TestResult::Positive {
                    positive_tests.push(test);
                }
            })?;
            let named_contacts = loader.all::<NamedContact>()?;
            let trips = loader.all::<About<Trip>>()?;
            let visits = read_visits(bundle, loader, arguments, &venues)?;
            Ok(Traced {
                profile,
                people,
                knows_person,
                cases,
                positive_tests,
                households,
                named_contacts,
                trips,
                visits,
            })
        })?;
        Ok(read.0)
    }

    /// What is known at an instant.
    pub(crate) fn known(&self, at: Timestamp) -> Known<'_> {
        Known {
            at,
            cases: &self.cases,
            positive_tests: &self.positive_tests,
            households: &self.households,
            named_contacts: &self.named_contacts,
            trips: &self.trips,
            visits: &self.visits,
        }
    }
}
