//! Venues and their codes.

use evidence::Level;
use office::{OfficeError, Role, VenueCode, VenueGiven};
use rating::Language;

use crate::town::{Town, everywhere, officer};

fn shop(name: &str) -> VenueGiven {
    VenueGiven { name: name.to_owned(), kind: "shop".parse().unwrap(), position: None }
}

#[tokio::test]
async fn the_owner_of_a_venue_changes_its_code_and_the_old_one_stops_working() {
    everywhere(200, async |town| {
        let (anna, as_anna) = town.person("Anna", None).await;
        let (bo, as_bo) = town.person("Bo", None).await;
        assert!(town.office.register_venue(&as_anna, &shop(" ")).await.is_err(), "without a name");
        let (venue, old) = town.office.register_venue(&as_anna, &shop("Anna's")).await.unwrap();
        assert_eq!(format!("{old:?}"), "VenueCode", "a code stands in no log");
        let typed =
            VenueCode::read(&format!(" {}-{} ", old.as_str()[..8].to_lowercase(), &old.as_str()[8..]));
        assert_eq!(town.office.venue_with(&typed).await.unwrap().venue, venue);
        town.office.check_in(&as_bo, &bo, &typed).await.unwrap();
        let denied = town.office.rotate_code(&as_bo, &venue).await;
        assert!(matches!(denied, Err(OfficeError::Unknown(_))), "it is not Bo's");
        let new = town.office.rotate_code(&as_anna, &venue).await.unwrap();
        town.minutes(10).await;
        assert!(matches!(town.office.check_in(&as_anna, &anna, &old).await, Err(OfficeError::Unknown(_))));
        town.office.check_in(&as_anna, &anna, &new).await.unwrap();
        let desk = officer("desk-1", Role::Desk, "district/office");
        town.office.rotate_code(&desk, &venue).await.unwrap();
        assert_eq!(town.office.venues_of(&as_anna, &anna).await.unwrap().len(), 1);
        assert_eq!(town.office.venues_of(&as_bo, &bo).await.unwrap(), []);
        assert_eq!(town.office.export(&as_anna, &anna).await.unwrap().venues.len(), 1);
        let guard = officer("door-1", Role::Laboratory, "hospital");
        assert!(town.office.register_venue(&guard, &shop("Guard's")).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn r16_codes_that_are_scanned_from_afar_are_not_believed_and_change_no_colour() {
    everywhere(200, async |town: Town| {
        town.publish().await;
        let (anna, as_anna) = town.person("Anna", None).await;
        let check_in = async |venue: &str| {
            let code = town.code(venue).await;
            town.office.check_in(&as_anna, &anna, &code).await
        };
        let first = check_in("bank").await.unwrap();
        assert_eq!(check_in("bank").await.unwrap(), first, "the same code twice is one visit");
        assert!(matches!(check_in("court").await, Err(OfficeError::Refused { .. })), "two places at once");
        town.minutes(2).await;
        town.office.check_out(&as_anna, &anna).await.unwrap();
        assert!(check_in("court").await.is_err(), "checking out in between does not help");
        town.minutes(2).await;
        check_in("court").await.unwrap();
        for number in 2..30 {
            town.minutes(4).await;
            check_in(&format!("v{number}")).await.unwrap();
        }
        town.minutes(4).await;
        let refused = check_in("one more").await.unwrap_err();
        assert!(refused.to_string().contains("30 check-ins in a day"), "{refused}");
        let colour = town.office.colour(&as_anna, &anna, "", Language::En).await.unwrap();
        assert_eq!(colour.level(), Level::Green);
        town.pass(24).await;
        check_in("one more").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn whoever_says_nothing_left_after_the_usual_stay_and_whoever_says_so_when_they_did() {
    everywhere(200, async |town: Town| {
        let (anna, as_anna) = town.person("Anna", None).await;
        let visits = async || town.office.export(&as_anna, &anna).await.unwrap().visits;
        let usual = town.profile.venue.usual_stay_at(Some(&"shop".parse().unwrap()));
        // Anna checks in at a shop, says nothing, and checks in at another one five hours later.
        town.office.check_in(&as_anna, &anna, &town.code("bakery").await).await.unwrap();
        let at = town.office.checked_in(&as_anna, &anna).await.unwrap().unwrap();
        assert_eq!((at.until, at.is_over), (at.entered + usual, false));
        town.minutes(5 * 60).await;
        assert!(town.office.checked_in(&as_anna, &anna).await.unwrap().unwrap().is_over);
        town.office.check_in(&as_anna, &anna, &town.code("butcher").await).await.unwrap();
        assert_eq!(visits().await[0].left, Some(at.until));
        // There she says that she leaves, after longer than is usual: so it was.
        town.minutes(3 * 60).await;
        assert!(town.office.check_out(&as_anna, &anna).await.unwrap());
        let second = visits().await.remove(1);
        assert_eq!(second.left.unwrap() - second.entered, 3 * jiff::SignedDuration::from_hours(1));
        assert_eq!(town.office.checked_in(&as_anna, &anna).await.unwrap(), None);
    })
    .await;
}
