//! What happened in the town before the demonstration begins, from a synthetic city.

use std::{collections::BTreeSet, path::Path};

use bundle::{Bundle, LoadOptions};
use evidence::{About, Case, CaseStatus, Declaration, HouseholdMember, PersonId, Test, Venue, Visit};
use jiff::{Timestamp, civil::Date};
use synth::Options;

/// The seed of the town.
const SEED: u64 = 7;
/// Visits that are shown; all of them would take longer to check in than anybody waits.
const VISITS_MAX: usize = 1_500;

/// What somebody did or was found to be.
#[derive(Debug, Clone)]
pub(super) enum Happened {
    CheckedIn(Visit),
    CheckedOut,
    Declared(Declaration),
    Sampled(Test),
    Tested(Test),
    Confirmed(Case),
}

/// The town's past.
#[derive(Debug)]
pub(super) struct Past {
    /// Who lives where.
    pub(super) households: Vec<HouseholdMember>,
    /// The venues that were visited.
    pub(super) venues: Vec<Venue>,
    /// What happened, in order.
    pub(super) events: Vec<(Timestamp, PersonId, Happened)>,
}

/// Makes up the town's last days, until an instant.
pub(super) fn make(
    folder: &Path,
    people: u64,
    days: u64,
    first: Date,
    until: Timestamp,
) -> anyhow::Result<Past> {
    let mut options = Options::new(people, days, SEED)?;
    options.start = first;
    options.infected_at_start = Some((people / 150).max(3));
    options.transmissibility = 2.0;
    synth::write(&options, folder, |_| ())?;
    let bundle = Bundle::open(folder)?;
    let mut loader = bundle.load(LoadOptions::default());
    let mut past = Past { households: Vec::new(), venues: Vec::new(), events: Vec::new() };
    loader.each::<HouseholdMember>(|member| past.households.push(member))?;
    loader.each::<Venue>(|venue| past.venues.push(venue))?;
    let mut visits = Vec::new();
    loader.each::<About<Visit>>(|visit| visits.push(visit))?;
    let events = &mut past.events;
    loader
        .each::<About<Declaration>>(|of| events.push((of.says.at, of.person, Happened::Declared(of.says))))?;
    loader.each::<About<Test>>(|of| {
        events.push((of.says.sampled, of.person.clone(), Happened::Sampled(of.says.clone())));
        events.push((of.says.known(), of.person, Happened::Tested(of.says)));
    })?;
    loader.each::<About<Case>>(|of| {
        if let (CaseStatus::Confirmed, Some(confirmed)) = (of.says.status, of.says.confirmed) {
            events.push((confirmed, of.person, Happened::Confirmed(of.says)));
        }
    })?;
    loader.finish()?;
    // The latest visits, of those that are over.
    visits.retain(|visit| visit.says.left.is_some_and(|left| left < until));
    visits.sort_by_key(|visit| std::cmp::Reverse(visit.says.entered));
    visits.truncate(VISITS_MAX);
    let visited: Vec<_> = visits.iter().map(|visit| visit.says.venue.clone()).collect();
    for visit in visits {
        if let Some(left) = visit.says.left {
            events.push((left, visit.person.clone(), Happened::CheckedOut));
        }
        events.push((visit.says.entered, visit.person, Happened::CheckedIn(visit.says)));
    }
    let visited: BTreeSet<_> = visited.into_iter().collect();
    past.venues.retain(|venue| visited.contains(&venue.venue));
    let events = &mut past.events;
    events.retain(|(at, ..)| *at < until);
    events.sort_by_key(|(at, ..)| *at);
    Ok(past)
}
