//! Sixty days of a town: thousands of random actions of residents and officers under a clock that is set by hand, a database that
//! dies at random writes, and a small model of what must be known afterwards. `CLEANBILL_SEED` replays a run,
//! `CLEANBILL_ACTIONS` makes it longer.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use evidence::{About, Case, CaseId, Exposure, Level, PersonId, Symptoms, TestResult, Visit};
use jiff::{SignedDuration, Timestamp};
use office::{Actor, Clock as _, OfficeError, Outcome, Override, Role, Says, Stated, Told, ToldVisit};
use oracle::contacts::{Near, Profile, World, near};
use rating::{Evidence, Language, RuleSet, rate_in_force};
use store::{RecordId, StoreError};
use town::{
    PROPORTIONATE, Town,
    crashing::{Crashing, CrashingObjects},
    everywhere, officer, symptoms,
};

const PEOPLE: usize = 500;
const DAYS: i64 = 60;

/// Random numbers that repeat from a seed (multiplier of MMIX: Knuth, The Art of Computer Programming, 3.3.4).
struct Draws(u64);

impl Draws {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }
}

/// What is known of somebody, as plainly as can be.
#[derive(Default)]
struct Known {
    /// Kind and reception of each piece of evidence.
    evidence: Vec<(evidence::EvidenceKind, Timestamp)>,
    open_case: Option<CaseId>,
    household: Option<String>,
    appeals_open: usize,
}

struct Model {
    people: BTreeMap<PersonId, Known>,
    world: World,
    open_visits: BTreeMap<PersonId, usize>,
    crashes: u32,
    cases: u32,
    contacts: u64,
    /// Visits that were moved out of the database.
    moved: u64,
    appeals: Vec<RecordId>,
    proposals: Vec<(RecordId, PersonId)>,
}

fn profile() -> Profile {
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    Profile {
        before: days(2),
        after: days(10),
        minutes: 15,
        minutes_of: BTreeMap::new(),
        sum_over: Some(days(1)),
        linger: SignedDuration::ZERO,
        usual_stay: SignedDuration::from_mins(60),
        rows: 2,
        together: days(14),
    }
}

/// Does something until it is done; a database that died is started again. Says whether it died.
macro_rules! survive {
    ($model:expr, $writes_left:expr, $draws:expr, $do:expr) => {{
        if $draws.below(12) == 0 {
            $writes_left.store($draws.below(9) as i64, Ordering::SeqCst);
        }
        loop {
            match $do.await {
                Err(OfficeError::Store(StoreError::Unavailable(_))) => {
                    $model.crashes += 1;
                    $writes_left.store(-1, Ordering::SeqCst);
                }
                done => {
                    $writes_left.store(-1, Ordering::SeqCst);
                    break done;
                }
            }
        }
    }};
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_days_of_a_town_whose_database_dies_now_and_then() {
    let seed = std::env::var("CLEANBILL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_200_212);
    let actions = std::env::var("CLEANBILL_ACTIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    println!("CLEANBILL_SEED={seed} CLEANBILL_ACTIONS={actions} replays this run");
    everywhere(1_000_000, async |plain| {
        let writes_left = Arc::new(AtomicI64::new(-1));
        let store = Crashing { store: Arc::clone(&plain.store), writes_left: Arc::clone(&writes_left) };
        let objects =
            CrashingObjects { objects: Arc::clone(&plain.objects), writes_left: Arc::clone(&writes_left) };
        let town = Town::new(Arc::new(store), Arc::new(objects), 1_000_000, None);
        simulate(&town, &writes_left, seed, actions).await;
    })
    .await;
}

async fn simulate(town: &Town, writes_left: &AtomicI64, seed: u64, actions: usize) {
    let rules = PROPORTIONATE.replace("2020-05-11", "2021-05-11");
    let policy = officer("policy-1", Role::Policy, "health/commission");
    town.office.publish(&policy, &rules).await.unwrap();
    let rule_set = RuleSet::parse(rules.as_bytes()).unwrap();
    let mut draws = Draws(seed);
    let mut model = Model {
        people: BTreeMap::new(),
        world: World::default(),
        open_visits: BTreeMap::new(),
        crashes: 0,
        cases: 0,
        contacts: 0,
        moved: 0,
        appeals: Vec::new(),
        proposals: Vec::new(),
    };
    let minutes = DAYS * 24 * 60 / actions as i64;
    for action in 0..actions {
        town.minutes(minutes).await;
        if action % (actions / (DAYS as usize * 2)).max(1) == 0 {
            let ticked = survive!(model, writes_left, draws, town.office.tick()).unwrap();
            forget(&mut model, town.clock.now());
            model.moved += ticked.visits_moved;
        }
        act(town, writes_left, &mut draws, &mut model).await;
        if action % 2000 == 1999 {
            compare(town, &mut model, &rule_set).await;
        }
    }
    town.office.tick().await.unwrap();
    forget(&mut model, town.clock.now());
    compare(town, &mut model, &rule_set).await;
    nothing_older_is_left(town).await;
    every_deletion_is_recorded(town).await;
    let entries = town.office.log_entries(0, 1_000_000).await.unwrap();
    assert!(!entries.is_empty());
    println!(
        "{} people, {} cases with {} contacts, {} visits moved, {} crashes, {} log entries",
        model.people.len(),
        model.cases,
        model.contacts,
        model.moved,
        model.crashes,
        entries.len()
    );
    assert!(actions < 5000 || (model.crashes > 100 && model.cases > 50 && model.contacts > 50));
    assert!(actions < 5000 || model.moved > 1000);
}

/// How many days each kind of record is kept; the kinds that are not here are kept while somebody is registered, or for ever.
const KEPT_DAYS: [(&str, i64); 12] = [
    ("open_visit", 3),
    ("pass", 2),
    ("revoked", 2),
    ("touched_officers", 1),
    ("question", 21),
    ("notice", 30),
    ("appeal", 90),
    ("proposal", 90),
    ("statement", 90),
    ("specimen", 90),
    ("named_contact", 30),
    ("access", 3 * 365),
];
/// A follow-up is kept 30 days after its last call.
const KEPT: [&str; 11] = [
    "follow_up",
    "owns",
    "resident",
    "household",
    "rated",
    "opening",
    "signed",
    "rule_set",
    "partition",
    "forgotten",
    "deletion_record",
];

/// Retention left nothing older than its class: not in the database, not in partitions, and no keys of old days.
async fn nothing_older_is_left(town: &Town) {
    let now = town.clock.now();
    let ago = |days: i64| now.checked_sub(SignedDuration::from_hours(24 * days)).unwrap();
    let mut t = town.store.begin().await.unwrap();
    assert_eq!(t.expired(now, 9).await.unwrap(), []);
    let master = store::MasterKey::new([3; 32], [4; 32]);
    let (mut people, mut looked_at) = (String::new(), 0);
    while let Some(name) = t.key_names("person/", &people, 1).await.unwrap().pop() {
        let sealed = t.key(&name).await.unwrap().unwrap();
        let key = store::DataKey::new(*master.open_key(&name, &sealed).unwrap());
        let person = name.trim_start_matches("person/").parse().unwrap();
        for record in t.all_about(&person).await.unwrap() {
            let place = format!("{}/{}", record.kind, record.id.as_str());
            let body = key.open(&place, &record.body).unwrap();
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            let days = if record.kind == "evidence" {
                let (kind, _) = body["says"].as_object().unwrap().iter().next().unwrap();
                match kind.as_str() {
                    "declaration" | "check" | "stay" => 30,
                    "trip" | "exposure" => 21,
                    "test" | "case" | "ruling" => 90,
                    other => panic!("{other}"),
                }
            } else if let Some((_, days)) = KEPT_DAYS.iter().find(|(kind, _)| *kind == record.kind) {
                *days
            } else {
                assert!(KEPT.contains(&record.kind.as_str()), "{}", record.kind);
                continue;
            };
            assert!(record.filed > ago(days + 1), "{} of {} is left at {now}", record.kind, record.filed);
            looked_at += 1;
        }
        people = name;
    }
    assert!(looked_at > 100, "{looked_at}");
    let oldest =
        (now - SignedDuration::from_hours(24 * 14)).to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    assert!(t.visit_days().await.unwrap().iter().all(|day| *day >= oldest));
    for name in t.key_names("day/", "", 999).await.unwrap() {
        assert!(name.trim_start_matches("day/").parse::<jiff::civil::Date>().unwrap() >= oldest, "{name}");
    }
    let mut objects = town.objects.names().await.unwrap();
    objects.sort();
    let mut known = Vec::new();
    for state in ["written", "claimed"] {
        for record in t.in_state("partition", state, None, 999).await.unwrap() {
            let partition: office::Partition = serde_json::from_slice(&record.body).unwrap();
            assert!(partition.day >= oldest, "{partition:?}");
            known.push(partition.object);
        }
    }
    assert!(objects.iter().all(|object| known.contains(object)), "{objects:?} {known:?}");
    assert!(!objects.is_empty());
}

/// Whatever was forgotten is in a deletion record, whose hash is in the public log.
async fn every_deletion_is_recorded(town: &Town) {
    let operator = officer("operator-1", Role::Operator, "health/machines");
    town.office.purge(&operator).await.unwrap();
    let oversight = officer("watch-1", Role::Oversight, "parliament");
    let deletions = town.office.deletions(&oversight, None, 9_999).await.unwrap();
    town.office.tick().await.unwrap();
    let log = town.office.log_entries(0, 1_000_000).await.unwrap();
    let log: Vec<String> = log.iter().map(|entry| serde_json::to_string(entry).unwrap()).collect();
    let key = pass::PublicKey::from_spki(issuer::Signer::spki(&town::documents_key())).unwrap();
    let mut classes = BTreeMap::new();
    for (_, signed) in &deletions {
        let says = signed.says().unwrap();
        *classes.entry(says.class).or_insert(0) += says.records;
        let signature: Vec<u8> = (0..signed.signature.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&signed.signature[at..at + 2], 16).unwrap())
            .collect();
        key.verify(&office::SignedDeletion::signed_bytes(&signed.document), &signature).unwrap();
        let hash = signed.hash().to_string();
        assert_eq!(log.iter().filter(|entry| entry.contains(&hash)).count(), 1);
    }
    for class in [
        ledger::DataClass::Visits,
        ledger::DataClass::Declarations,
        ledger::DataClass::Checks,
        ledger::DataClass::Exposures,
        ledger::DataClass::Ratings,
        ledger::DataClass::PersonalDetails,
    ] {
        assert!(classes.get(&class).is_some_and(|records| *records > 0), "{class:?} of {classes:?}");
    }
}

/// Retention, as the model sees it.
fn forget(model: &mut Model, now: Timestamp) {
    for known in model.people.values_mut() {
        known
            .evidence
            .retain(|(kind, received)| received.checked_add(kind.retention().unwrap()).unwrap() > now);
    }
}

async fn act(town: &Town, writes_left: &AtomicI64, draws: &mut Draws, model: &mut Model) {
    let office = &town.office;
    let now = town.clock.now();
    let choice = draws.below(100);
    if model.people.len() < 20 || (choice < 12 && model.people.len() < PEOPLE) {
        register(town, writes_left, draws, model).await;
        return;
    }
    let place = draws.below(model.people.len());
    let person = model.people.keys().nth(place).unwrap().clone();
    let actor = Actor::Resident(person.clone());
    let mut learned = None;
    match choice {
        0..30 => {
            let says = match draws.below(6) {
                0 => symptoms(&[evidence::Symptom::Fever]),
                1 => symptoms(&[evidence::Symptom::Cough, evidence::Symptom::Headache]),
                _ => Symptoms::NONE,
            };
            survive!(model, writes_left, draws, office.declare(&actor, &person, says)).unwrap();
            learned = Some(evidence::EvidenceKind::Declaration);
        }
        30..40 => {
            check(town, writes_left, draws, model, &person).await;
            learned = Some(evidence::EvidenceKind::Check);
        }
        40..65 => {
            let (venue, code) = town.venue(&format!("v{}", draws.below(12))).await;
            survive!(model, writes_left, draws, office.check_in(&actor, &person, &code)).unwrap();
            let usual = town.profile.venue.usual_stay_at(Some(&"shop".parse().unwrap()));
            leave(model, &person, now, usual);
            let says = Visit { venue, entered: now, left: None };
            model.open_visits.insert(person.clone(), model.world.visits.len());
            model.world.visits.push(About { person: person.clone(), says });
        }
        65..80 => {
            let was_there = survive!(model, writes_left, draws, office.check_out(&actor, &person)).unwrap();
            // The office forgets a visit that was never ended after two days; the visit stays open.
            assert!(!was_there || model.open_visits.contains_key(&person));
            if was_there {
                leave(model, &person, now, SignedDuration::MAX);
            }
            model.open_visits.remove(&person);
        }
        80..87 => {
            let laboratory = officer("lab-1", Role::Laboratory, "hospital");
            let result = if draws.below(4) == 0 { TestResult::Positive } else { TestResult::Negative };
            let test = town.test(&format!("t{}", draws.below(1 << 30)), result);
            survive!(model, writes_left, draws, office.take_specimen(&actor, &person, &test.test)).unwrap();
            survive!(model, writes_left, draws, office.report_test(&laboratory, &person, &test)).unwrap();
            learned = Some(evidence::EvidenceKind::Test);
        }
        87..92 => case(town, writes_left, draws, model, &person).await,
        92..99 => dispute(town, writes_left, draws, model, &person).await,
        _ => {
            if survive!(model, writes_left, draws, office.erase(&actor, &person)).is_ok() {
                model.people.remove(&person);
                model.open_visits.remove(&person);
            }
        }
    }
    if let Some(kind) = learned {
        model.people.get_mut(&person).unwrap().evidence.push((kind, now));
    }
}

/// A daily check, by the person or by a worker who calls.
async fn check(
    town: &Town,
    writes_left: &AtomicI64,
    draws: &mut Draws,
    model: &mut Model,
    person: &PersonId,
) {
    let actor = Actor::Resident(person.clone());
    if draws.below(3) == 0 {
        let worker = officer("field-1", Role::Field, "cdc");
        let found = Outcome::Reached { temperature: None, symptoms: Symptoms::NONE, needs: Vec::new() };
        survive!(model, writes_left, draws, town.office.record_follow_up(&worker, person, &found)).unwrap();
    } else {
        survive!(model, writes_left, draws, town.office.daily_check(&actor, person, None, Symptoms::NONE))
            .unwrap();
    }
}

/// Appeals and overrides.
async fn dispute(
    town: &Town,
    writes_left: &AtomicI64,
    draws: &mut Draws,
    model: &mut Model,
    person: &PersonId,
) {
    let office = &town.office;
    let actor = Actor::Resident(person.clone());
    match draws.below(7) {
        0..3 => {
            let seen = office.colour(&actor, person, "", Language::En).await.unwrap();
            if let Some(reason) = seen.explanation.iter().flat_map(|e| &e.reasons).next() {
                let rule = reason.rule.clone();
                let appeal =
                    survive!(model, writes_left, draws, office.appeal(&actor, person, &rule, "No.", &[]));
                if let Ok(appeal) = appeal {
                    model.appeals.push(appeal);
                    model.people.get_mut(person).unwrap().appeals_open += 1;
                }
            }
        }
        3..5 => {
            if let Some(appeal) = model.appeals.pop() {
                let reviewer = officer(&format!("rev-{}", draws.below(5)), Role::Reviewer, "court");
                let upheld = draws.below(2) == 0;
                // Somebody may have left, or nobody decided in time.
                let _ =
                    survive!(model, writes_left, draws, office.decide(&reviewer, &appeal, upheld, "Heard."));
            }
        }
        5 => propose(town, writes_left, draws, model, person).await,
        _ => {
            if let Some((proposal, _)) = model.proposals.pop() {
                let second = officer(&format!("rev-{}", draws.below(5)), Role::Reviewer, "court");
                let _ = survive!(model, writes_left, draws, office.agree(&second, &proposal));
            }
        }
    }
}

async fn register(town: &Town, writes_left: &AtomicI64, draws: &mut Draws, model: &mut Model) {
    let name = format!("N{}-{}", model.people.len(), draws.below(1 << 30));
    let household = (draws.below(3) > 0).then(|| format!("h{}", draws.below(PEOPLE / 4)));
    let given = office::Registration {
        identity: Some(name.clone()),
        name,
        household: household.as_deref().map(|home| home.parse().unwrap()),
        ..office::Registration::default()
    };
    let person = survive!(model, writes_left, draws, town.office.register(None, &given)).unwrap();
    model.people.insert(person, Known { household, ..Known::default() });
}

/// Somebody left, after so long at the latest.
fn leave(model: &mut Model, person: &PersonId, now: Timestamp, at_most: SignedDuration) {
    if let Some(visit) = model.open_visits.remove(person) {
        let visit = &mut model.world.visits[visit];
        // After two days the office no longer knows it as open, and it stays without an end.
        if now.duration_since(visit.says.entered) < SignedDuration::from_hours(48) {
            let stayed = now.duration_since(visit.says.entered).min(at_most);
            visit.says.left = Some(visit.says.entered + stayed);
        }
    }
}

async fn propose(
    town: &Town,
    writes_left: &AtomicI64,
    draws: &mut Draws,
    model: &mut Model,
    person: &PersonId,
) {
    let by = officer(&format!("inv-{}", draws.below(15)), Role::Investigator, "cdc");
    let wanted = Override {
        rule: "telling-symptoms".to_owned(),
        effect: if draws.below(2) == 0 { evidence::Effect::Lift } else { evidence::Effect::Set(Level::Red) },
        lasts: SignedDuration::from_hours(24 * (1 + draws.below(14) as i64)),
        ground: office::Ground::WrongEvidence,
    };
    let proposed = survive!(model, writes_left, draws, town.office.propose(&by, person, &wanted));
    model.proposals.push((proposed.unwrap().0, person.clone()));
}

/// Opens a case, or closes the one there is; its contacts are those that looking at every pair gives.
async fn case(town: &Town, writes_left: &AtomicI64, draws: &mut Draws, model: &mut Model, person: &PersonId) {
    let now = town.clock.now();
    let investigator = officer("inv-1", Role::Investigator, "cdc");
    if let Some(open) = model.people[person].open_case.clone() {
        let closed =
            survive!(model, writes_left, draws, town.office.close_case(&investigator, person, &open));
        // A case of which retention left nothing cannot be closed.
        assert!(
            closed.is_ok()
                || !model.people[person].evidence.iter().any(|(k, _)| *k == evidence::EvidenceKind::Case)
        );
        model.people.get_mut(person).unwrap().open_case = None;
        return;
    }
    let onset = now.checked_sub(SignedDuration::from_hours(draws.below(72) as i64)).unwrap();
    let opened =
        survive!(model, writes_left, draws, town.office.open_case(&investigator, person, Some(onset)));
    let (id, stated) = opened.unwrap();
    // Where no laboratory found them positive, somebody of another body has to say so.
    let stated = match stated {
        Stated::Waits => {
            let clinician = officer("clin-1", Role::Investigator, "hospital");
            let waiting = town.office.statements(&clinician, person).await.unwrap();
            let of_case = waiting.iter().find(|(_, said)| matches!(said.says, Says::Case(_))).unwrap();
            survive!(model, writes_left, draws, town.office.corroborate(&clinician, &of_case.0)).unwrap()
        }
        stated => stated,
    };
    let traced = stated.traced().unwrap();
    let says = Case {
        case: id.clone(),
        status: evidence::CaseStatus::Confirmed,
        onset: Some(onset),
        confirmed: Some(now),
        isolated: Some(now),
        recovered: None,
    };
    let mut world = model.world.clone();
    let oldest = now.checked_sub(SignedDuration::from_hours(24 * 15)).unwrap();
    world.visits.retain(|visit| model.people.contains_key(&visit.person) && visit.says.entered > oldest);
    // Looking at every pair takes long: those at venues where the case's person never was met nobody there.
    let own = world.visits.iter().filter(|visit| visit.person == *person);
    let venues: BTreeSet<_> = own.map(|visit| visit.says.venue.clone()).collect();
    world.visits.retain(|visit| venues.contains(&visit.says.venue));
    world.cases = vec![About { person: person.clone(), says }];
    let home = model.people[person].household.clone();
    world.households = model
        .people
        .iter()
        .filter(|(_, known)| home.is_some() && known.household == home)
        .filter_map(|(person, known)| {
            let household = known.household.as_ref()?.parse().unwrap();
            Some(evidence::HouseholdMember { household, person: person.clone() })
        })
        .collect();
    let expected = near(&profile(), &world, now);
    assert_eq!(traced.exposed, expected.len() as u64, "contacts of {id} at {now}: {expected:?}");
    model.cases += 1;
    exposed(model, expected.iter().map(|contact| contact.person.as_str()), now);
    if draws.below(2) == 0 {
        interview(town, writes_left, draws, model, (person, &id), world, &expected).await;
    }
    let known = model.people.get_mut(person).unwrap();
    known.open_case = Some(id);
    known.evidence.push((evidence::EvidenceKind::Case, now));
}

/// People were found to be contacts.
fn exposed<'p>(model: &mut Model, people: impl Iterator<Item = &'p str>, now: Timestamp) {
    for person in people {
        model.contacts += 1;
        let known = model.people.get_mut(person).unwrap();
        known.evidence.push((evidence::EvidenceKind::Exposure, now));
    }
}

/// A case remembers a visit that it did not check in for: those who were near it then are contacts as well, and nobody twice.
async fn interview(
    town: &Town,
    writes_left: &AtomicI64,
    draws: &mut Draws,
    model: &mut Model,
    (person, case): (&PersonId, &CaseId),
    mut world: World,
    before: &BTreeSet<Near>,
) {
    let now = town.clock.now();
    let (venue, _) = town.venue(&format!("v{}", draws.below(12))).await;
    let from = now.checked_sub(SignedDuration::from_mins(60 + draws.below(1_200) as i64)).unwrap();
    let to = from.checked_add(SignedDuration::from_mins(1 + draws.below(59) as i64)).unwrap();
    let told = Told { visits: vec![ToldVisit { venue: venue.clone(), from, to }], ..Told::default() };
    let says = Visit { venue: venue.clone(), entered: from, left: Some(to) };
    let visit = About { person: person.clone(), says };
    let met = model.world.visits.iter().filter(|met| met.says.venue == venue);
    let met = met.filter(|met| model.people.contains_key(&met.person) && !world.visits.contains(met));
    let met: Vec<_> = met.cloned().collect();
    world.visits.extend(met);
    world.visits.push(visit.clone());
    model.world.visits.push(visit);
    let key = |of: &Near| (of.person.clone(), of.setting, of.first, of.last, of.minutes);
    let before: BTreeSet<_> = before.iter().map(key).collect();
    let after = near(&profile(), &world, now);
    let new: Vec<&Near> = after.iter().filter(|of| !before.contains(&key(of))).collect();
    let investigator = officer("inv-1", Role::Investigator, "cdc");
    for expected in [new.len() as u64, 0] {
        let traced =
            survive!(model, writes_left, draws, town.office.interview(&investigator, person, case, &told));
        assert_eq!(traced.unwrap().exposed, expected, "contacts of {case} after an interview at {now}");
    }
    exposed(model, new.iter().map(|contact| contact.person.as_str()), now);
}

/// Everybody's evidence is what the model says, but for rulings, and their colour is what `rate` makes of it.
async fn compare(town: &Town, model: &mut Model, rule_set: &RuleSet) {
    let now = town.clock.now();
    forget(model, now);
    for (person, known) in &model.people {
        let actor = Actor::Resident(person.clone());
        let exported = town.office.export(&actor, person).await.unwrap();
        let mut evidence = Evidence::default();
        let (mut pieces, mut exposures) = (Vec::new(), Vec::new());
        for piece in exported.evidence {
            let kind = piece.says.kind();
            assert!(piece.received.checked_add(kind.retention().unwrap()).unwrap() > now, "kept too long");
            if kind != evidence::EvidenceKind::Ruling {
                pieces.push((kind, piece.received));
            }
            match piece.says {
                Says::Declaration(says) => evidence.pieces.push(rating::Piece::of_declaration(says)),
                Says::Check(says) => evidence.pieces.push(rating::Piece::of_check(says)),
                Says::Test(says) => evidence.pieces.push(rating::Piece::of_test(says)),
                Says::Case(says) => evidence.pieces.extend(rating::Piece::of_case(&says)),
                Says::Exposure(says, case_known) => {
                    exposures.push(contacts::Contact { person: person.clone(), case_known, exposure: *says });
                }
                Says::Ruling(says) => evidence.rulings.push(says),
                Says::Stay(_) | Says::Trip(_) => panic!("nobody travelled"),
            }
        }
        // Of an exposure that was found again, longer than before, the latest version holds.
        exposures.sort_by_key(|of: &contacts::Contact| {
            let Exposure { first, last, minutes, .. } = of.exposure;
            std::cmp::Reverse((of.case_known, minutes, last, std::cmp::Reverse(first)))
        });
        let mut seen = BTreeSet::new();
        exposures.retain(|of| seen.insert((of.exposure.case.clone(), of.exposure.setting)));
        contacts::take_together(&town.profile, &mut exposures);
        let exposed = exposures.into_iter().map(|of| rating::Piece::of_exposure(of.exposure, of.case_known));
        evidence.pieces.extend(exposed);
        let mut expected = known.evidence.clone();
        pieces.sort_by_key(|(kind, received)| (kind.word(), *received));
        expected.sort_by_key(|(kind, received)| (kind.word(), *received));
        assert_eq!(pieces, expected, "evidence about {person}");
        let seen = town.office.colour(&actor, person, "", Language::En).await.unwrap();
        assert_eq!(seen.rating.unwrap().level, rate_in_force(rule_set, &evidence, now).level, "{person}");
    }
    let operator = officer("operator-1", Role::Operator, "data/bureau");
    let coherence = town.office.coherence(&operator).await.unwrap();
    assert!(coherence.holds(), "{coherence:?}");
}
