//! Contacts at venues so crowded that the index has many blocks, in memory and on disk, compared with the oracle; and the
//! index on disk itself.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{collections::BTreeSet, fs, path::Path};

use contacts::{Ids, IndexWriter, Known, Visits, VisitsBuilder, open_index};
use evidence::{About, Case, CaseStatus, Venue, Visit};
use jiff::{SignedDuration, Timestamp};
use oracle::contacts::{Near, Profile, World, near};

/// Numbers that look random: the multiplier is that of MMIX (Knuth, The Art of Computer Programming, 3.3.4).
struct Draws(u64);

impl Draws {
    fn below(&mut self, end: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % end
    }
}

fn base() -> Timestamp {
    "2020-02-10T16:00:00Z".parse().unwrap()
}

/// 400 people and 3,000 visits to three venues in four days. `open` of ten visits have no departure, some last for days,
/// and `off` microseconds are between whole seconds and some entries.
fn crowd(seed: u64, open: i64, off: i64) -> World {
    let mut draws = Draws(seed);
    let mut world = World::default();
    for _ in 0..3000 {
        let person = format!("p{:03}", draws.below(400)).parse().unwrap();
        let venue = format!("v{}", draws.below(7).min(2)).parse().unwrap();
        let late = SignedDuration::from_secs(draws.below(4 * 86_400))
            + SignedDuration::from_micros(off * draws.below(2));
        let entered = base() + late;
        let stay = match draws.below(100) {
            0 => draws.below(3 * 86_400),
            _ => draws.below(3600),
        };
        let left = (draws.below(10) >= open).then(|| entered + SignedDuration::from_secs(stay));
        world.visits.push(About { person, says: Visit { venue, entered, left } });
    }
    for (number, kind) in ["cafe", "gym", "shop"].into_iter().enumerate() {
        let venue = format!("v{number}").parse().unwrap();
        world.venues.push(Venue { venue, name: None, kind: kind.parse().unwrap(), position: None });
    }
    for number in 0..12 {
        let onset = base() + SignedDuration::from_hours(draws.below(96));
        let case = Case {
            case: format!("c{number}").parse().unwrap(),
            status: CaseStatus::Confirmed,
            onset: Some(onset),
            confirmed: Some(onset + SignedDuration::from_hours(30)),
            isolated: None,
            recovered: None,
        };
        world.cases.push(About { person: format!("p{:03}", draws.below(400)).parse().unwrap(), says: case });
    }
    world
}

fn profile(linger: i64) -> Profile {
    Profile {
        before: SignedDuration::from_hours(48),
        after: SignedDuration::from_hours(72),
        minutes: 15,
        minutes_of: [("gym".to_owned(), 7)].into(),
        sum_over: Some(SignedDuration::from_hours(24)),
        linger: SignedDuration::from_mins(linger),
        usual_stay: SignedDuration::from_mins(60),
        rows: 2,
        together: SignedDuration::from_hours(24 * 14),
    }
}

fn in_memory(world: &World) -> Visits {
    let mut visits = VisitsBuilder::default();
    world.visits.iter().for_each(|visit| visits.add(visit));
    visits.build(&world.venues).unwrap()
}

fn write(world: &World, folder: &Path, source: &str) {
    let people = Ids::new(world.visits.iter().map(|visit| &visit.person)).unwrap();
    let venues = Ids::new(world.venues.iter().map(|venue| &venue.venue)).unwrap();
    let mut writer = IndexWriter::create(folder, source, people, venues).unwrap();
    world.visits.iter().for_each(|visit| writer.add(visit.clone()));
    writer.finish(|_, _| ()).unwrap();
}

fn found(world: &World, profile: &Profile, visits: &Visits, at: Timestamp) -> BTreeSet<Near> {
    let profile = contacts::Profile::parse(profile.to_toml().as_bytes()).unwrap();
    let known = Known {
        at,
        cases: &world.cases,
        positive_tests: &[],
        households: &[],
        named_contacts: &[],
        trips: &[],
        visits,
    };
    let micros = |at: Timestamp| i128::from(at.as_microsecond());
    let contacts = contacts::contacts(&profile, &known).unwrap();
    let near = contacts.into_iter().map(|contact| Near {
        person: contact.person.to_string(),
        case: contact.exposure.case.to_string(),
        setting: contact.exposure.setting,
        first: micros(contact.exposure.first),
        last: micros(contact.exposure.last),
        minutes: i128::from(contact.exposure.minutes.0),
        cases_together: contact.exposure.together.cases as usize,
        minutes_together: i128::from(contact.exposure.together.minutes.0),
    });
    near.collect()
}

#[test]
fn contacts_in_a_crowd_are_what_looking_at_every_pair_gives_in_memory_and_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let mut contacts = 0;
    for (seed, open, off, linger) in [(1, 0, 0, 0), (2, 2, 0, 30), (3, 10, 0, 0), (4, 2, 1, 7)] {
        let (world, profile) = (crowd(seed, open, off), profile(linger));
        let index = folder.path().join(format!("{seed}.index"));
        write(&world, &index, "crowd");
        let on_disk = open_index(&index, "crowd", &world.venues).unwrap().unwrap();
        assert_eq!(on_disk.len(), 3000);
        for hours in [60, 200] {
            let at = base() + SignedDuration::from_hours(hours);
            let expected = near(&profile, &world, at);
            contacts += expected.len();
            assert_eq!(found(&world, &profile, &in_memory(&world), at), expected, "seed {seed}, memory");
            assert_eq!(found(&world, &profile, &on_disk, at), expected, "seed {seed}, disk");
        }
    }
    assert!(contacts > 3000, "{contacts}");
}

#[test]
fn an_index_of_another_source_is_not_used_and_gives_way_to_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("visits.index");
    assert!(open_index(&index, "a", &[]).unwrap().is_none());
    write(&crowd(1, 0, 0), &index, "a");
    assert!(open_index(&index, "b", &[]).unwrap().is_none());
    write(&crowd(2, 0, 0), &index, "b");
    assert!(open_index(&index, "b", &[]).unwrap().is_some());
}

#[test]
fn a_writer_that_was_stopped_leaves_nothing_under_the_final_name_and_the_next_one_clears_up() {
    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("visits.index");
    let names = || {
        let entries = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        entries
            .map(|name| name.into_string().unwrap())
            .filter(|name| !name.ends_with(".lock"))
            .collect::<Vec<_>>()
    };
    let world = crowd(1, 0, 0);
    let people = Ids::new(world.visits.iter().map(|visit| &visit.person)).unwrap();
    let mut writer =
        IndexWriter::create(&index, "a", people.clone(), Ids::new(["v0", "v1", "v2"]).unwrap()).unwrap();
    let second = IndexWriter::create(&index, "a", people.clone(), Ids::default());
    assert!(second.is_err(), "two writers of one index");
    world.visits.iter().for_each(|visit| writer.add(visit.clone()));
    assert!(names().iter().all(|name| name.starts_with(".unfinished-")), "{:?}", names());
    drop(writer);
    // As a kill would leave it.
    fs::create_dir(folder.path().join(".unfinished-visits.index-killed")).unwrap();
    write(&world, &index, "a");
    assert_eq!(names(), ["visits.index"]);
    let unknown = IndexWriter::create(&index, "b", people, Ids::default()).map(|mut writer| {
        writer.add(world.visits[0].clone());
        writer.finish(|_, _| ())
    });
    assert!(unknown.unwrap().is_err(), "a venue that was not given");
    assert!(open_index(&index, "a", &[]).unwrap().is_some(), "the index before stays");
}

#[test]
fn a_damaged_index_is_an_error_and_never_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("visits.index");
    let world = crowd(5, 2, 0);
    write(&world, &index, "a");
    let segment = index.join("2020-02-11.visits");
    let good = fs::read(&segment).unwrap();
    let profile = contacts::Profile::parse(profile(0).to_toml().as_bytes()).unwrap();
    let ask = || -> Result<usize, contacts::IndexError> {
        let visits = open_index(&index, "a", &world.venues)?.unwrap();
        let known = Known {
            at: base() + SignedDuration::from_hours(200),
            cases: &world.cases,
            positive_tests: &[],
            households: &[],
            named_contacts: &[],
            trips: &[],
            visits: &visits,
        };
        Ok(contacts::contacts(&profile, &known)?.len())
    };
    assert!(ask().unwrap() > 100);
    for length in [0, 7, 40, 71, 72, 1000, good.len() - 1] {
        fs::write(&segment, &good[..length]).unwrap();
        assert!(ask().is_err(), "cut off at {length}");
    }
    let mut refused = 0;
    let mut draws = Draws(9);
    for _ in 0..300 {
        let mut bad = good.clone();
        let at = usize::try_from(draws.below(200)).unwrap();
        bad[at] ^= 1 << draws.below(8);
        fs::write(&segment, &bad).unwrap();
        refused += u32::from(ask().is_err());
    }
    assert!(refused > 50, "{refused} of 300 headers and directories with a flipped bit");
}
