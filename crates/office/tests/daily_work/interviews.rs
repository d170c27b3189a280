//! Interviews with cases: what they say finds contacts that nothing else shows.

use evidence::{Level, PersonId, TravelMode, Trip};
use jiff::{SignedDuration, Timestamp};
use office::{Actor, Clock as _, OfficeError, Role, Says, Told, ToldContact, ToldVisit, Who};
use rating::Language;

use crate::town::{Town, everywhere, officer};

fn ago(town: &Town, hours: i64) -> Timestamp {
    town.clock.now().checked_sub(SignedDuration::from_hours(hours)).unwrap()
}

async fn level(town: &Town, actor: &Actor, person: &PersonId) -> Level {
    town.office.colour(actor, person, "", Language::En).await.unwrap().level()
}

fn train(town: &Town, car: &str) -> Trip {
    Trip {
        vehicle: "G1/2020-02-12".parse().unwrap(),
        mode: TravelMode::Train,
        car: Some(car.into()),
        row: None,
        seat: None,
        departed: ago(town, 10),
        arrived: ago(town, 6),
    }
}

#[tokio::test]
async fn what_a_case_remembers_finds_contacts_and_nothing_is_added_twice() {
    everywhere(200, async |town| {
        town.publish().await;
        let (anna, as_anna) = town.person("Anna", None).await;
        let (bo, as_bo) = town.person("Bo", None).await;
        let (cai, as_cai) = town.person("Cai", None).await;
        let (cafe, code) = town.venue("cafe").await;
        // Bo checks in; Anna, who was there, does not.
        let entered = town.clock.now();
        town.office.check_in(&as_bo, &bo, &code).await.unwrap();
        town.minutes(180).await;
        town.office.check_out(&as_bo, &bo).await.unwrap();
        town.pass(20).await;
        town.office.declare_trip(&as_cai, &cai, &train(&town, "7")).await.unwrap();
        let (case, traced) = town.case(&anna, Some(ago(&town, 24))).await;
        assert_eq!(traced.exposed, 0, "nothing shows whom she met");
        let investigator = officer("inv-1", Role::Investigator, "cdc");
        let visit =
            ToldVisit { venue: cafe.clone(), from: entered, to: entered + SignedDuration::from_mins(60) };
        let told = Told { visits: vec![visit.clone()], trips: vec![train(&town, "7")], contacts: Vec::new() };
        assert!(town.office.interview(&investigator, &bo, &case, &told).await.is_err(), "not his case");
        let traced = town.office.interview(&investigator, &anna, &case, &told).await.unwrap();
        assert_eq!((traced.exposed, traced.asked), (2, 0), "Bo at the café and Cai on the train");
        let again = town.office.interview(&investigator, &anna, &case, &told).await.unwrap();
        assert_eq!((again.exposed, again.asked), (0, 0));
        let of = async |actor: &Actor, person: &PersonId| {
            town.office.export(actor, person).await.unwrap().evidence.into_iter().filter_map(|piece| {
                match piece.says {
                    Says::Exposure(exposure, known) => Some((exposure.minutes.0, known)),
                    _ => None,
                }
            })
        };
        let of_bo: Vec<_> = of(&as_bo, &bo).await.collect();
        assert_eq!(of_bo.len(), 1);
        assert_eq!(of_bo[0], (60, town.clock.now()), "known from now on, not from when the case was");
        assert_eq!(of(&as_cai, &cai).await.count(), 1);
        // She stayed longer than she said first: what is known grows, and yesterday's rating stays what it was.
        town.minutes(10).await;
        let longer = ToldVisit { to: entered + SignedDuration::from_mins(120), ..visit };
        let told = Told { visits: vec![longer], ..Told::default() };
        assert_eq!(town.office.interview(&investigator, &anna, &case, &told).await.unwrap().exposed, 1);
        let minutes: Vec<u32> = of(&as_bo, &bo).await.map(|(minutes, _)| minutes).collect();
        assert_eq!(minutes.len(), 2);
        assert!(minutes.contains(&60) && minutes.iter().any(|minutes| *minutes > 60));
        // The visits she remembers stand in no record of hers that names a venue. She herself takes them along.
        let mut exported = town.office.export(&as_anna, &anna).await.unwrap();
        let visits = std::mem::take(&mut exported.visits);
        assert!(visits.iter().all(|visit| visit.venue == cafe) && !visits.is_empty());
        assert!(!format!("{exported:?}").contains(cafe.as_str()));
    })
    .await;
}

#[tokio::test]
async fn r4_who_was_only_named_is_restricted_by_no_single_officers_word() {
    everywhere(200, async |town| {
        town.publish().await;
        let (anna, as_anna) = town.person("Anna", None).await;
        let (bo, as_bo) = town.person("Bo", None).await;
        let (case, _) = town.case(&anna, Some(ago(&town, 24))).await;
        let investigator = officer("inv-1", Role::Investigator, "cdc");
        let named =
            |who: Who| ToldContact { who, from: ago(&town, 5), to: Some(ago(&town, 3)), setting: None };
        let unregistered = Who::Unregistered { name: "Cai".to_owned(), contact: "tel:+86 571 0".to_owned() };
        let unreachable = Who::Unregistered { name: "Dai".to_owned(), contact: " ".to_owned() };
        let refused = Told { contacts: vec![named(unreachable)], ..Told::default() };
        assert!(town.office.interview(&investigator, &anna, &case, &refused).await.is_err());
        let contacts = vec![named(Who::Registered(bo.clone())), named(unregistered)];
        let told = Told { contacts, ..Told::default() };
        for asked in [1, 0] {
            let traced = town.office.interview(&investigator, &anna, &case, &told).await.unwrap();
            assert_eq!((traced.exposed, traced.asked), (0, asked));
        }
        assert_eq!(level(&town, &as_bo, &bo).await, Level::Green);
        let waiting = town.office.statements(&as_bo, &bo).await.unwrap();
        assert_eq!(waiting.len(), 1, "he is asked");
        assert!(!format!("{:?}", waiting[0].1).contains(anna.as_str()), "and not told by whom");
        let colleague = officer("inv-2", Role::Investigator, "cdc");
        assert!(matches!(
            town.office.corroborate(&colleague, &waiting[0].0).await,
            Err(OfficeError::Forbidden { .. })
        ));
        town.office.corroborate(&as_bo, &waiting[0].0).await.unwrap();
        let evidence = town.office.export(&as_bo, &bo).await.unwrap().evidence;
        assert!(matches!(&evidence[0].says, Says::Exposure(_, known) if *known == town.clock.now()));
        // Cai has no record: somebody calls, and if Cai registers, Cai is asked like everybody.
        let to_call = town.office.contacts_to_call(&investigator, &anna, &case).await.unwrap();
        assert_eq!(to_call.len(), 1);
        assert!(!format!("{to_call:?}").contains("Cai"), "names stand in no log");
        let (cai, as_cai) = town.person("Cai", None).await;
        let traced = town.office.contact_called(&investigator, &to_call[0].0, Some(&cai)).await.unwrap();
        assert_eq!(traced.asked, 1);
        assert_eq!(town.office.statements(&as_cai, &cai).await.unwrap().len(), 1);
        assert_eq!(town.office.contacts_to_call(&investigator, &anna, &case).await.unwrap().len(), 0);
        assert_eq!(town.office.export(&as_anna, &anna).await.unwrap().named.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_is_not_written_down() {
    everywhere(200, async |town| {
        town.publish().await;
        let (anna, _) = town.person("Anna", None).await;
        let (cafe, _) = town.venue("cafe").await;
        let (case, _) = town.case(&anna, None).await;
        let investigator = officer("inv-1", Role::Investigator, "cdc");
        let visit = |venue: &str, from, to| Told {
            visits: vec![ToldVisit { venue: venue.parse().unwrap(), from, to }],
            ..Told::default()
        };
        for (told, why) in [
            (visit("nowhere", ago(&town, 2), ago(&town, 1)), "no such venue"),
            (visit(cafe.as_str(), ago(&town, 1), ago(&town, 2)), "the wrong way round"),
            (visit(cafe.as_str(), ago(&town, 1), ago(&town, -1)), "in the future"),
            (visit(cafe.as_str(), ago(&town, 24 * 16), ago(&town, 24 * 15)), "not kept that long"),
        ] {
            assert!(town.office.interview(&investigator, &anna, &case, &told).await.is_err(), "{why}");
        }
        let none = Told::default();
        let desk = officer("desk-1", Role::Desk, "district/office");
        let denied = town.office.interview(&desk, &anna, &case, &none).await;
        assert!(matches!(denied, Err(OfficeError::Forbidden { .. })));
    })
    .await;
}
