//! Stays in regions, levels of regions, and journeys.

use evidence::{Level, RegionLevel, TravelMode, Trip};
use jiff::{SignedDuration, Timestamp};
use office::{Clock as _, Role};
use rating::Language;

use crate::town::{Town, everywhere, officer};

const HANGZHOU: &str = include_str!("../../../../rulesets/hangzhou-2020.toml");

fn hours_ago(town: &Town, hours: i64) -> Timestamp {
    town.clock.now().checked_sub(SignedDuration::from_hours(hours)).unwrap()
}

#[tokio::test]
async fn a_stay_is_rated_by_the_level_that_was_published_and_from_when_it_was_known() {
    everywhere(200, async |town| {
        let policy = officer("policy-1", Role::Policy, "health/commission");
        town.office.publish(&policy, HANGZHOU).await.unwrap();
        let (anna, as_anna) = town.person("Anna", None).await;
        let (bo, as_bo) = town.person("Bo", None).await;
        let far = "far-away".parse().unwrap();
        let declared = town.office.declare_stay(&as_anna, &anna, &far, hours_ago(&town, 48), None).await;
        assert_eq!(declared.unwrap(), Level::Green, "no level is published");
        let future = hours_ago(&town, -1);
        assert!(town.office.declare_stay(&as_bo, &bo, &far, future, None).await.is_err());
        let (from, to) = (hours_ago(&town, 1), Some(hours_ago(&town, 2)));
        assert!(town.office.declare_stay(&as_bo, &bo, &far, from, to).await.is_err());
        let high = RegionLevel::High;
        let past = Some(hours_ago(&town, 1));
        assert!(town.office.publish_region_level(&policy, &far, high, past, None).await.is_err());
        assert!(town.office.publish_region_level(&as_anna, &far, high, None, None).await.is_err());
        town.office.publish_region_level(&policy, &far, high, Some(future), None).await.unwrap();
        let level =
            async || town.office.colour(&as_anna, &anna, "", Language::En).await.unwrap().rating.unwrap();
        town.office.tick().await.unwrap();
        assert_eq!(level().await.level, Level::Green, "it has not begun");
        assert_eq!(town.pass(1).await.rerated, 1, "those who are there are rated when it begins");
        assert_eq!(level().await.level, Level::Red);
        assert!(!town.office.notices(10).await.unwrap().is_empty(), "and told");
        assert_eq!(town.office.tick().await.unwrap().rerated, 0, "once");
        // She leaves: the stay ends, and with it, in time, its reason.
        town.pass(1).await;
        let arrived = hours_ago(&town, 50);
        town.office.declare_stay(&as_anna, &anna, &far, arrived, Some(town.clock.now())).await.unwrap();
        let exported = town.office.export(&as_anna, &anna).await.unwrap();
        assert_eq!((exported.evidence.len(), exported.region_levels.len()), (1, 1));
        assert!(level().await.changes_at().is_some());
        // Whoever left before it began was never at risk.
        let left = Some(hours_ago(&town, 24));
        let bos = town.office.declare_stay(&as_bo, &bo, &far, hours_ago(&town, 48), left).await.unwrap();
        assert_eq!(bos, Level::Green);
        assert_eq!(town.office.region_levels().await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_journey_counts_once_and_a_proxy_may_declare_it() {
    everywhere(200, async |town| {
        town.publish().await;
        let (anna, as_anna) = town.person("Anna", None).await;
        let (bo, as_bo) = town.person("Bo", None).await;
        let trip = Trip {
            vehicle: "G1/2020-02-11".parse().unwrap(),
            mode: TravelMode::Train,
            car: Some("7".into()),
            row: None,
            seat: None,
            departed: hours_ago(&town, 5),
            arrived: hours_ago(&town, 1),
        };
        assert!(town.office.declare_trip(&as_bo, &anna, &trip).await.is_err(), "he is not her proxy");
        town.office.appoint_proxy(&as_anna, &anna, &bo).await.unwrap();
        for _ in 0..2 {
            town.office.declare_trip(&as_bo, &anna, &trip).await.unwrap();
        }
        assert_eq!(town.office.export(&as_anna, &anna).await.unwrap().evidence.len(), 1);
        let later = Trip { arrived: hours_ago(&town, -1), ..trip.clone() };
        assert!(town.office.declare_trip(&as_anna, &anna, &later).await.is_err(), "it has not arrived");
        let never = Trip { departed: trip.arrived, arrived: trip.departed, ..trip };
        assert!(town.office.declare_trip(&as_anna, &anna, &never).await.is_err());
    })
    .await;
}
