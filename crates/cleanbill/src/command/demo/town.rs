//! The town: everything happens through the office, as it would have.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::Context;
use evidence::{Level, PersonId, Test, TestMethod, TestResult, VenueId};
use jiff::{SignedDuration, Timestamp, ToSpan as _, tz::TimeZone};
use office::{Actor, NewAccount, Office, OfficeError, Officer, Registration, Role, VenueCode, VenueGiven};
use rating::Language;

use super::{
    super::staff,
    PASSWORD, Town, TownClock, TownOfficer,
    past::{self, Happened, Past},
};
use crate::{config::Config, machine::now, terminal};

/// Days of the past.
const DAYS: i64 = 6;
/// Officers: name, role, body.
const OFFICERS: &[(&str, Role, &str)] = &[
    ("desk", Role::Desk, "xihu/service-centre"),
    ("field", Role::Field, "xihu/community"),
    ("investigator", Role::Investigator, "health/commission"),
    ("laboratory", Role::Laboratory, "city/laboratory"),
    ("reviewer", Role::Reviewer, "city/ombuds-office"),
    ("reviewer2", Role::Reviewer, "health/commission"),
    ("policy", Role::Policy, "health/commission"),
    ("oversight", Role::Oversight, "city/audit-office"),
    ("operator", Role::Operator, "data/bureau"),
];

/// Those who live in the town, by their ids in the synthetic city.
struct People {
    office: BTreeMap<PersonId, PersonId>,
    contacts: BTreeMap<PersonId, String>,
}

/// Builds the town.
pub(super) async fn build(
    office: &Office,
    config: &Config,
    clock: &TownClock,
    folder: &Path,
    people: u64,
) -> anyhow::Result<Town> {
    let end = now();
    let zone = TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC);
    let first = end.to_zoned_datetime(zone).date().checked_sub(DAYS.days())?;
    terminal::note("a town is made up and its last days happen; this takes less than a minute");
    let city = tempfile::tempdir_in(folder).context("no folder can be made")?;
    let days = u64::try_from(DAYS)?;
    let past = past::make(city.path(), people, days, first, end)?;
    let begin = end.checked_sub(SignedDuration::from_hours(24 * (DAYS + 1)))?;
    clock.set(begin);
    let officers = accounts(office, config).await?;
    publish(office, begin).await?;
    let people = register(office, &past).await?;
    let codes = venues(office, &past).await?;
    for (at, person, happened) in &past.events {
        clock.set(*at);
        if let Some(person) = people.office.get(person) {
            happens(office, &codes, person, happened).await?;
        }
    }
    clock.set(end);
    office.tick().await?;
    clock.let_go();
    tell(office, &past, &people, officers).await
}

async fn accounts(office: &Office, config: &Config) -> anyhow::Result<Vec<TownOfficer>> {
    let operator = staff::operator(config)?;
    let mut officers = Vec::new();
    for (name, role, body) in OFFICERS {
        let new = NewAccount {
            name: (*name).to_owned(),
            role: *role,
            body: body.parse()?,
            password: PASSWORD.to_owned(),
        };
        let secret = office.open_account(&operator, &new).await?.to_bytes();
        officers.push(TownOfficer { name: new.name, role: *role, body: (*body).to_owned(), secret });
    }
    Ok(officers)
}

/// An officer of the town as the past had them.
fn officer(role: Role) -> anyhow::Result<Actor> {
    let (name, role, body) = OFFICERS.iter().find(|(_, of, _)| *of == role).context("no such officer")?;
    Ok(Actor::Officer(Officer { officer: name.parse()?, role: *role, body: body.parse()? }))
}

/// The shipped rule set, in force for ninety days.
async fn publish(office: &Office, begin: Timestamp) -> anyhow::Result<()> {
    let document = include_str!("../../../../../rulesets/proportionate.toml");
    let sunset = begin.checked_add(SignedDuration::from_hours(24 * 90))?;
    let dated: Vec<String> = document
        .lines()
        .map(|line| match line {
            line if line.starts_with("effective = ") => format!("effective = {}", whole(begin)),
            line if line.starts_with("sunset = ") => format!("sunset = {}", whole(sunset)),
            line => line.to_owned(),
        })
        .collect();
    office.publish(&officer(Role::Policy)?, &dated.join("\n")).await?;
    Ok(())
}

/// To the second.
fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

async fn register(office: &Office, past: &Past) -> anyhow::Result<People> {
    let mut people = People { office: BTreeMap::new(), contacts: BTreeMap::new() };
    for (number, member) in past.households.iter().enumerate() {
        let contact = format!("{}@town.example", member.person);
        let given = Registration {
            name: name(number),
            contact: Some(contact.clone()),
            household: Some(member.household.clone()),
            ..Registration::default()
        };
        let person = office.register(None, &given).await?;
        people.office.insert(member.person.clone(), person);
        people.contacts.insert(member.person.clone(), contact);
    }
    Ok(people)
}

/// The venues of the town, each with the code at its door.
async fn venues(office: &Office, past: &Past) -> anyhow::Result<BTreeMap<VenueId, VenueCode>> {
    let mut codes = BTreeMap::new();
    for venue in &past.venues {
        let name = venue.name.clone().unwrap_or_else(|| venue.venue.to_string());
        let given = VenueGiven { name, kind: venue.kind.clone(), position: venue.position };
        let (_, code) = office.register_venue(&officer(Role::Desk)?, &given).await?;
        codes.insert(venue.venue.clone(), code);
    }
    Ok(codes)
}

/// An invented name.
fn name(number: usize) -> String {
    const FAMILY: [&str; 12] =
        ["Li", "Wang", "Zhang", "Chen", "Liu", "Yang", "Huang", "Zhao", "Wu", "Zhou", "Xu", "Sun"];
    const GIVEN: [&str; 14] =
        ["Fang", "Wei", "Na", "Min", "Jing", "Lei", "Qiang", "Yan", "Jun", "Ping", "Hui", "Bo", "Xin", "Yu"];
    let pick = |names: &[&'static str], at: usize| names.get(at % names.len()).copied().unwrap_or("Li");
    format!("{} {}", pick(&FAMILY, number / 3), pick(&GIVEN, number * 5 + number / 12))
}

/// Lets something happen. What the office refuses did not happen: a second case of somebody, for one.
async fn happens(
    office: &Office,
    codes: &BTreeMap<VenueId, VenueCode>,
    person: &PersonId,
    happened: &Happened,
) -> anyhow::Result<()> {
    let themself = Actor::Resident(person.clone());
    let done = match happened {
        Happened::CheckedIn(visit) => {
            let code = codes.get(&visit.venue).context("a venue without a code")?;
            office.check_in(&themself, person, code).await.map(drop)
        }
        Happened::CheckedOut => office.check_out(&themself, person).await.map(drop),
        Happened::Declared(declaration) => {
            office.declare(&themself, person, declaration.symptoms).await.map(drop)
        }
        Happened::Sampled(test) => office.take_specimen(&themself, person, &test.test).await,
        Happened::Tested(test) => {
            office.report_test(&officer(Role::Laboratory)?, person, test).await.map(drop)
        }
        Happened::Confirmed(case) => {
            office.open_case(&officer(Role::Investigator)?, person, case.onset).await.map(drop)
        }
    };
    match done {
        Ok(()) | Err(OfficeError::Refused { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Finds whom to show: somebody of each colour, and somebody whose case is still to be confirmed.
async fn tell(
    office: &Office,
    past: &Past,
    people: &People,
    officers: Vec<TownOfficer>,
) -> anyhow::Result<Town> {
    let mut shown: BTreeMap<Level, String> = BTreeMap::new();
    let mut green: BTreeSet<PersonId> = BTreeSet::new();
    for (synthetic, person) in &people.office {
        let seen = office.colour(&Actor::Resident(person.clone()), person, "", Language::En).await?;
        if seen.level() == Level::Green {
            green.insert(synthetic.clone());
        }
        // The latest of each colour: the first who is green is the one whose case is to be confirmed.
        if let Some(contact) = people.contacts.get(synthetic) {
            shown.insert(seen.level(), contact.clone());
        }
    }
    // Somebody whose whole home is green, of three or more.
    let mut homes: BTreeMap<_, Vec<&PersonId>> = BTreeMap::new();
    for member in &past.households {
        homes.entry(&member.household).or_default().push(&member.person);
    }
    let is_green =
        |home: &&Vec<&PersonId>| home.len() >= 3 && home.iter().all(|person| green.contains(*person));
    let home =
        homes.values().find(is_green).context("everybody of the town is near a case; take another seed")?;
    let mut home = home.iter();
    let case = home.next().context("an empty home")?;
    let person = people.office.get(*case).context("nobody")?;
    let contact = |of: &PersonId| people.contacts.get(of).cloned().unwrap_or_default();
    positive(office, person).await?;
    Ok(Town {
        officers,
        residents: shown.into_iter().map(|(level, contact)| (level.to_string(), contact)).collect(),
        to_confirm: person.to_string(),
        contact_of_case: contact(case),
        session: None,
        household: home.map(|of| contact(of)).collect(),
    })
}

/// A positive test of somebody who gave a specimen.
async fn positive(office: &Office, person: &PersonId) -> anyhow::Result<()> {
    let test: evidence::TestId = "demonstration-1".parse()?;
    office.take_specimen(&Actor::Resident(person.clone()), person, &test).await?;
    let at = office.now();
    let test =
        Test { test, sampled: at, reported: Some(at), method: TestMethod::Pcr, result: TestResult::Positive };
    office.report_test(&officer(Role::Laboratory)?, person, &test).await?;
    Ok(())
}
