//! Passes from the office to the door, on every database.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use evidence::{Level, PersonId, Symptom};
use issuer::{Signer, SoftwareKey};
use ledger::Logged;
use office::{Actor, CarriedPass, Clock as _, Role};
use pass::{
    Checked, Checker, HolderKey, Policy, Revocations, TrustList, TrustedKey, Verdict, proof::Unproven,
};
use town::{
    Town, everywhere, officer,
    passes::{key, publisher},
    symptoms,
};

/// A town whose office issues passes by the rules in force.
async fn issuing(town: Town) -> Town {
    let town = town::passes::issuing(town);
    town.publish().await;
    town
}

struct Phone(Vec<SoftwareKey>);

impl Phone {
    fn new(seed: u8) -> Self {
        Self((0..24).map(|hour| key(seed + hour)).collect())
    }

    fn keys(&self) -> Vec<HolderKey> {
        self.0.iter().map(|key| HolderKey::new(&key.public_sec1()).unwrap()).collect()
    }

    /// What a door says now to the pass this phone shows now.
    async fn shown(&self, town: &Town, passes: &[CarriedPass]) -> Checked {
        let now = town.clock.now();
        let place = passes.iter().position(|pass| pass.hour.start <= now && now < pass.hour.end).unwrap();
        let unproven = Unproven::new(&passes[place].text, now).unwrap();
        let signature = self.0[place].sign(&unproven.to_be_signed()).unwrap();
        door(town, &unproven.attach(&signature).unwrap()).await
    }
}

/// A door with the newest documents.
async fn door(town: &Town, text: &str) -> Checked {
    let anchor = [TrustedKey::from_spki(publisher().spki(), "publisher").unwrap()];
    let trust = TrustList::read(&town.office.trust_list(None).await.unwrap().bytes, &anchor).unwrap();
    let filter = Revocations::read(&town.office.revocation_filter().await.unwrap(), &anchor).unwrap();
    let mut checker = Checker::new(trust.to_store(), Policy::default()).with_revocations(filter);
    checker.check(text, town.clock.now())
}

fn codes(checked: &Checked) -> Vec<&'static str> {
    checked.why().iter().map(|why| why.code()).collect()
}

#[tokio::test]
async fn a_changed_colour_revokes_passes_in_the_same_breath() {
    everywhere(200, async |town| {
        let town = issuing(town).await;
        let (anna, as_anna) = town.person("Anna Maria", Some("h1")).await;
        let (bo, as_bo) = town.person("Bo", Some("h1")).await;
        let phone = Phone::new(20);
        let passes = town.office.issue_passes(&as_bo, &bo, &phone.keys()).await.unwrap();
        assert_eq!(passes.len(), 24);
        assert_eq!(town.office.pass_hours(&as_bo, &bo).await.unwrap().len(), 24);
        town.minutes(90).await;
        let checked = phone.shown(&town, &passes).await;
        assert_eq!((checked.verdict(), codes(&checked)), (Verdict::Admit, vec!["level_green", "live"]));
        // Anna, who lives with Bo, becomes a case.
        town.case(&anna, None).await;
        let checked = phone.shown(&town, &passes).await;
        assert_eq!(
            (checked.verdict(), codes(&checked)),
            (Verdict::DoNotAdmit, vec!["level_green", "live", "revoked"])
        );
        let passes = town.office.issue_passes(&as_bo, &bo, &phone.keys()).await.unwrap();
        let checked = phone.shown(&town, &passes).await;
        assert_eq!(codes(&checked), ["level_yellow", "live"]);
        let held = town.office.export(&as_bo, &bo).await.unwrap().passes;
        assert_eq!(held.iter().filter(|carried| carried.revoked).count(), 1);
        // Whoever leaves has no pass any more.
        let (cai, as_cai) = town.person("Cai", None).await;
        let paper = town.office.issue_paper_pass(&as_cai, &cai, "").await.unwrap();
        town.office.erase(&as_cai, &cai).await.unwrap();
        assert_eq!(codes(&door(&town, &paper.text).await), ["level_green", "paper", "revoked"]);
        assert!(town.office.issue_passes(&as_anna, &bo, &phone.keys()).await.is_err(), "not hers to get");
        assert!(
            town.office.issue_passes(&as_bo, &bo, &phone.keys()[..1]).await.is_err(),
            "a key for every hour"
        );
    })
    .await;
}

#[tokio::test]
async fn r11_paper_from_the_desk_and_a_proxys_phone_have_the_same_outcome_at_the_door() {
    everywhere(200, async |town| {
        let town = issuing(town).await;
        let desk = officer("desk-1", Role::Desk, "health/desk");
        let (anna, as_anna) = town.person("Anna", None).await;
        let level = async |person: &PersonId, actor: &Actor| {
            let phone = Phone::new(20);
            let passes = town.office.issue_passes(actor, person, &phone.keys()).await.unwrap();
            let live = phone.shown(&town, &passes).await;
            let paper = town.office.issue_paper_pass(&desk, person, "asked at the desk").await.unwrap();
            let paper = door(&town, &paper.text).await;
            assert_eq!((live.verdict(), live.level()), (paper.verdict(), paper.level()));
            assert_eq!(
                paper.help().contains_key(""),
                paper.level() != Some(Level::Green),
                "paper says where help is"
            );
            paper.level().unwrap()
        };
        assert_eq!(level(&anna, &as_anna).await, Level::Green);
        town.office.declare(&as_anna, &anna, symptoms(&[Symptom::LossOfSmell])).await.unwrap();
        assert_eq!(level(&anna, &as_anna).await, Level::Yellow);
        assert!(town.office.issue_paper_pass(&desk, &anna, " ").await.is_err(), "a purpose is missing");
        let accesses = town.office.accesses(&as_anna, &anna, "").await.unwrap();
        assert_eq!(accesses.len(), 2, "and she sees that the desk issued them");
    })
    .await;
}

#[tokio::test]
async fn no_pass_outlives_the_colour_it_says() {
    everywhere(200, async |town| {
        let town = issuing(town).await;
        let (anna, as_anna) = town.person("Anna", None).await;
        town.office.declare(&as_anna, &anna, symptoms(&[Symptom::LossOfSmell])).await.unwrap();
        let seen = town.office.colour(&as_anna, &anna, "", rating::Language::En).await.unwrap();
        let changes = seen.rating.unwrap().changes_at().unwrap();
        let hours_left = changes.duration_since(town.clock.now()).as_hours();
        town.pass(hours_left - 2).await;
        let phone = Phone::new(20);
        let passes = town.office.issue_passes(&as_anna, &anna, &phone.keys()).await.unwrap();
        assert!(passes.len() <= 3 && passes.iter().all(|pass| pass.hour.expires <= changes), "{passes:?}");
        let paper = town.office.issue_paper_pass(&as_anna, &anna, "").await.unwrap();
        assert!(paper.hour.expires <= changes);
    })
    .await;
}

#[tokio::test]
async fn r25_passes_can_be_counted_against_the_log_and_a_lost_phone_revoked() {
    everywhere(200, async |town| {
        let town = issuing(town).await;
        let mut issued = 0;
        for name in ["Anna", "Bo", "Cai"] {
            let (person, actor) = town.person(name, None).await;
            let phone = Phone::new(20);
            issued += town.office.issue_passes(&actor, &person, &phone.keys()).await.unwrap().len();
            town.pass(0).await;
            issued += 1;
            let paper = town.office.issue_paper_pass(&actor, &person, "").await.unwrap();
            assert_eq!(door(&town, &paper.text).await.verdict(), Verdict::Admit);
            assert_eq!(town.office.revoke_passes(&actor, &person, "").await.unwrap(), 25);
            assert_eq!(door(&town, &paper.text).await.verdict(), Verdict::DoNotAdmit);
            assert_eq!(town.office.revoke_passes(&actor, &person, "").await.unwrap(), 0);
        }
        let counted = async || {
            let entries = town.office.log_entries(0, 1000).await.unwrap();
            let counts = entries.iter().filter_map(|entry| match entry.what() {
                Logged::PassesIssued { passes, public_key, .. } => Some((passes.to_string(), *public_key)),
                _ => None,
            });
            counts.collect::<Vec<_>>()
        };
        town.pass(0).await;
        assert_eq!(counted().await, []);
        town.pass(24).await;
        assert_eq!(counted().await, [(issued.to_string(), ledger::Sha256Hash::of(key(1).spki()))]);
        town.pass(24).await;
        assert_eq!(counted().await.len(), 1);
    })
    .await;
}
