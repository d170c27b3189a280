//! What officers do on their pages: interviews, place traces, line lists, follow-up, figures and oversight, without script.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod browser;
mod town;

use axum::http::StatusCode;
use browser::{Browser, between};
use evidence::{PersonId, Position};
use issuer::{Signer as _, SoftwareKey};
use jiff::SignedDuration;
use office::{Actor, Clock as _, IssuerKey, Role, VenueCode, VenueGiven};
use town::{Town, everywhere, officer};

/// A venue by its code, with everybody who is there for an hour.
async fn an_hour_at(town: &Town, name: &str, people: &[&str]) -> VenueCode {
    let desk = officer("desk-9", Role::Desk, "some/desk");
    let position = Some(Position::new(30.25, 120.17).unwrap());
    let given = VenueGiven { name: name.to_owned(), kind: "restaurant".parse().unwrap(), position };
    let (_, code) = town.office.register_venue(&desk, &given).await.unwrap();
    let person = |id: &str| -> PersonId { id.parse().unwrap() };
    for id in people {
        town.office.check_in(&Actor::Resident(person(id)), &person(id), &code).await.unwrap();
    }
    town.later(60);
    for id in people {
        town.office.check_out(&Actor::Resident(person(id)), &person(id)).await.unwrap();
    }
    town.later(1);
    code
}

/// Makes a case that counts of a person, on two bodies' word.
async fn case(town: &Town, person: &str) -> String {
    let (one, other) = (
        officer("inv-8", Role::Investigator, "district/a"),
        officer("inv-9", Role::Investigator, "district/b"),
    );
    let person: PersonId = person.parse().unwrap();
    let (case, _) = town.office.open_case(&one, &person, None).await.unwrap();
    for (statement, _) in town.office.statements(&other, &person).await.unwrap() {
        town.office.corroborate(&other, &statement).await.unwrap();
    }
    case.to_string()
}

#[tokio::test]
async fn an_interview_shows_the_tree_of_who_met_whom_and_takes_down_what_a_case_tells() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (ma, _) = town.resident("Ma", Some("home")).await;
        let (li, token) = town.resident("Li", Some("home")).await;
        let (wang, _) = town.resident("Wang", None).await;
        let tea = an_hour_at(&town, "Tea house", &[&li, &wang]).await;
        let first = case(&town, &ma).await;
        town.later(5);
        case(&town, &li).await;
        let investigator = town.officer("inv", Role::Investigator, "district/a").await;
        let investigator = Browser::of(&town, &investigator);
        let opened = investigator.send("/cases/open", &[("person", &ma), ("case", &first)]).await;
        let path = opened.header("location").to_owned();
        assert_eq!(path, format!("/cases/{ma}/{first}"));
        let page = investigator.open(&path).await.text();
        let tree = between(&page, "Who met whom", "</section>");
        let of_li = &tree[tree.find(&li).unwrap()..];
        assert!(of_li.contains("at home") && of_li.contains("became a case"), "{tree}");
        let nested = between(of_li, "<ul>", "</ul>");
        assert!(nested.contains(&wang) && nested.contains("at a venue"), "{tree}");
        assert!(!tree.contains("Wang") && !tree.contains("Li<"), "the tree names nobody");
        // R6: who stands in it sees it.
        let looks = Browser::of(&town, &token).open("/me/record").await.text();
        assert!(looks.contains("seeing whom a case met"), "{looks}");
        // A contact without a record is named, called, and no longer waits.
        let at = town.clock.now().to_string();
        let named =
            [("action", "contact"), ("name", "Zhao"), ("contact", "0571 1234"), ("from", at.as_str())];
        let told = investigator.send(&path, &named).await;
        assert_eq!(told.header("location"), format!("{path}?done=told"));
        let page = investigator.open(&path).await.text();
        assert!(page.contains("Zhao") && page.contains("0571 1234"), "{page}");
        let id = between(&page, "name=\"named\" value=\"", "\"").to_owned();
        investigator.send(&path, &[("action", "called"), ("named", &id)]).await;
        assert!(!investigator.open(&path).await.text().contains("Zhao"));
        // A visit that the case remembers: Wang was there as well.
        let from = (town.clock.now() - SignedDuration::from_mins(66)).to_string();
        let visit = [("action", "visit"), ("venue", tea.as_str()), ("from", &*from), ("to", &*at)];
        let told = investigator.send(&path, &visit).await;
        assert_eq!(told.header("location"), format!("{path}?done=told"), "{}", told.text());
        let page = investigator.open(&path).await.text();
        let tree = between(&page, "Who met whom", "</section>");
        assert_eq!(tree.matches(&wang).count(), 2, "{tree}");
        let trip = [
            ("action", "trip"),
            ("mode", "train"),
            ("vehicle", "G31/2020-02-11"),
            ("from", "2020-02-11T08:00"),
            ("to", "2020-02-11T10:30"),
        ];
        assert_eq!(investigator.send(&path, &trip).await.header("location"), format!("{path}?done=told"));
        // Nobody else interviews.
        let reviewer = town.officer("rev", Role::Reviewer, "some/body").await;
        assert_eq!(Browser::of(&town, &reviewer).open(&path).await.status, StatusCode::FORBIDDEN);
        let unknown = investigator.open(&format!("/cases/{ma}/0123456789abcdef0123456789abcdef")).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn r4_a_place_trace_shows_what_it_would_mean_first_and_asks_when_another_body_approves_it() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (ma, _) = town.resident("Ma", None).await;
        let (li, _) = town.resident("Li", None).await;
        let (wang, token) = town.resident("Wang", None).await;
        an_hour_at(&town, "Tea house", &[&li, &wang]).await;
        let case = case(&town, &ma).await;
        let investigator = town.officer("inv", Role::Investigator, "district/a").await;
        let investigator = Browser::of(&town, &investigator);
        // As a browser writes times: those of the service's zone, here UTC.
        let place = [
            ("latitude", "30.25"),
            ("longitude", "120.17"),
            ("radius", "200"),
            ("from", "2020-02-12T00:00"),
            ("to", "2020-02-12T01:00"),
        ];
        let preview =
            investigator.send("/place-traces", &[&place[..], &[("action", "preview")]].concat()).await;
        let preview = preview.text();
        assert!(preview.contains("<dd>2 (66.7 %)</dd>") && preview.contains("<dd>1</dd>"), "{preview}");
        assert!(preview.contains("value=\"2020-02-12T00:00\""), "an order need not be typed again");
        let order = [
            ("action", "order"),
            ("person", &*ma),
            ("case", &*case),
            ("area", "hangzhou/xihu"),
            ("purpose", "she sold there"),
            ("once", "1"),
        ];
        let ordered = investigator.send("/place-traces", &[&place[..], &order].concat()).await.text();
        let number = between(&ordered, "Number of the order: <code>", "</code>").to_owned();
        let approve = [("action", "approve"), ("trace", &*number)];
        assert_eq!(investigator.send("/place-traces", &approve).await.status, StatusCode::FORBIDDEN);
        let asked = Browser::of(&town, &token);
        assert!(!asked.open("/me").await.text().contains("Were you there?"));
        let reviewer = town.officer("rev", Role::Reviewer, "court").await;
        let approved = Browser::of(&town, &reviewer).send("/place-traces", &approve).await.text();
        assert!(approved.contains("People who are asked: 2"), "{approved}");
        assert!(asked.open("/me").await.text().contains("Were you there?"));
        // Oversight sees it, without the case and the place.
        let watch = town.officer("watch", Role::Oversight, "parliament").await;
        let seen = Browser::of(&town, &watch).open("/oversight/watch").await.text();
        assert!(seen.contains("hangzhou/xihu") && seen.contains("she sold there"), "{seen}");
        assert!(!seen.contains(&ma) && !seen.contains("30.25"));
    })
    .await;
}

#[tokio::test]
async fn r19_a_line_list_is_asked_for_by_one_approved_by_another_and_taken_once() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (ma, _) = town.resident("Ma", Some("home")).await;
        town.resident("Li", Some("home")).await;
        let case = case(&town, &ma).await;
        let investigator = town.officer("inv", Role::Investigator, "district/a").await;
        let reviewer = town.officer("rev", Role::Reviewer, "district/a").await;
        let (investigator, reviewer) = (Browser::of(&town, &investigator), Browser::of(&town, &reviewer));
        let ask = [("action", "ask"), ("person", &*ma), ("case", &*case), ("purpose", "calls tonight")];
        let asked = investigator.send("/line-lists", &ask).await.text();
        let list = between(&asked, "Number of the list: <code>", "</code>").to_owned();
        let take = [("action", "take"), ("list", &*list)];
        assert_eq!(investigator.send("/line-lists", &take).await.status, StatusCode::NOT_FOUND);
        let approve = [("action", "approve"), ("list", &*list)];
        assert_eq!(investigator.send("/line-lists", &approve).await.status, StatusCode::FORBIDDEN);
        let approved = reviewer.send("/line-lists", &approve).await;
        assert_eq!(approved.header("location"), "/line-lists?done=list-approved");
        assert!(!reviewer.open("/line-lists").await.text().contains("Take the list out"));
        let rows = investigator.send("/line-lists", &take).await;
        assert_eq!(rows.header("content-type"), "text/csv; charset=utf-8");
        assert!(
            rows.text().starts_with("name,contact,") && rows.text().contains("\"Li\""),
            "{}",
            rows.text()
        );
        assert_eq!(investigator.send("/line-lists", &take).await.status, StatusCode::NOT_FOUND, "once");
    })
    .await;
}

#[tokio::test]
async fn r22_a_follow_up_worker_sees_whom_to_call_records_needs_and_punishes_no_unanswered_call() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (ma, token) = town.resident("Ma", None).await;
        Browser::of(&town, &token).send("/declare/send", &[("symptom", "fever")]).await;
        let worker = town.officer("field", Role::Field, "district/a").await;
        let worker = Browser::of(&town, &worker);
        let list = async || {
            let fields = [("action", "list"), ("area", ""), ("purpose", "today's follow-up")];
            worker.send("/field", &fields).await.text()
        };
        let first = list().await;
        assert!(first.contains("People: 1") && first.contains("<h3>Ma</h3>"), "{first}");
        assert!(first.contains("not reached yet") && first.contains("Yellow"));
        let reached = [
            ("action", "reached"),
            ("person", &*ma),
            ("temperature", "37.9"),
            ("symptom", "fever"),
            ("need-food", "rice, for three"),
        ];
        assert_eq!(worker.send("/field", &reached).await.header("location"), "/field?done=reached");
        let needs = list().await;
        assert!(needs.contains("Food or water</strong>: rice, for three"), "{needs}");
        let brought = [("action", "met"), ("person", &*ma), ("need", "food")];
        assert_eq!(worker.send("/field", &brought).await.header("location"), "/field?done=need-met");
        assert!(list().await.contains("People: 0"), "they were reached today");
        let colour = async || town.get("/api/v1/people/me/colour", &token).await.json()["level"].clone();
        let before = colour().await;
        let unanswered = [("action", "unanswered"), ("person", &*ma)];
        assert_eq!(worker.send("/field", &unanswered).await.header("location"), "/field?done=unanswered");
        assert_eq!(colour().await, before);
        let agree = [("action", "agree"), ("person", &*ma), ("at", "2020-02-12T09:00")];
        assert_eq!(worker.send("/field", &agree).await.header("location"), "/field?done=agreed-time");
        let late = [("action", "agree"), ("person", &*ma), ("at", "2020-03-12T09:00")];
        assert_eq!(worker.send("/field", &late).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        // R6: each list is seen by whoever was on it.
        let looks = Browser::of(&town, &token).open("/me/record").await.text();
        assert!(looks.matches("today&#39;s follow-up").count() >= 2, "{looks}");
    })
    .await;
}

#[tokio::test]
async fn a_resident_tells_stays_and_journeys_and_sees_what_they_told() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (_, token) = town.resident("Ma", None).await;
        let person = Browser::of(&town, &token);
        let stay = [("action", "stay"), ("region", "wuhan"), ("from", "2020-02-01T08:00"), ("to", "")];
        assert_eq!(person.send("/travel", &stay).await.header("location"), "/travel?done=stay");
        let open = person.open("/travel").await.text();
        assert!(open.contains("wuhan") && open.contains("still there"), "{open}");
        let from = between(&open, "name=\"from\" value=\"", "\"").to_owned();
        let end = [("action", "stay"), ("region", "wuhan"), ("from", &*from), ("to", "2020-02-10T08:00")];
        assert_eq!(person.send("/travel", &end).await.header("location"), "/travel?done=stay");
        let trip = [
            ("action", "trip"),
            ("mode", "train"),
            ("vehicle", "G31/2020-02-10"),
            ("car", "7"),
            ("row", "12"),
            ("from", "2020-02-10T08:00"),
            ("to", "2020-02-10T12:30"),
        ];
        assert_eq!(person.send("/travel", &trip).await.header("location"), "/travel?done=trip");
        let told = Browser::of(&town, &token).speaking("zh-CN").open("/travel").await.text();
        assert!(told.contains("火车") && told.contains("G31/2020-02-10"), "{told}");
        assert_eq!(told.matches("wuhan").count(), 1, "the stay was ended, not told twice: {told}");
        assert!(!told.contains("仍在当地</p>"));
        let future = [("action", "stay"), ("region", "wuhan"), ("from", "2021-02-01T08:00")];
        assert_eq!(person.send("/travel", &future).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn r10_figures_are_published_and_everybody_reads_them_without_small_numbers() {
    everywhere(async |town: Town| {
        let anybody = Browser::anybody(&town);
        assert!(anybody.open("/figures").await.text().contains("No figures have been published yet"));
        town.publish().await;
        let (_, token) = town.resident("Ma", None).await;
        let person = Browser::of(&town, &token);
        person.send("/declare/send", &[("symptom", "fever")]).await;
        assert_eq!(person.send("/figures", &[]).await.status, StatusCode::FORBIDDEN);
        let policy = town.officer("pol", Role::Policy, "health/commission").await;
        let published = Browser::of(&town, &policy).send("/figures", &[]).await;
        assert_eq!(published.header("location"), "/figures?done=figures");
        let figures = anybody.open("/figures").await.text();
        for said in ["What each rule found", "telling-symptoms", "too few to tell", "proportionate 2"] {
            assert!(figures.contains(said), "{said}: {figures}");
        }
        let row = between(&figures, "telling-symptoms</th>", "</tr>");
        assert!(!row.contains("<td>1</td>"), "one person can be recognised: {row}");
        assert!(figures.contains("small groups together"), "{figures}");
        assert!(anybody.speaking("zh-CN").open("/figures").await.text().contains("各规则的结果"));
    })
    .await;
}

#[tokio::test]
async fn oversight_sees_late_appeals_looks_and_other_authorities_and_lets_nobody_be_named() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (ma, token) = town.resident("Ma", None).await;
        let person = Browser::of(&town, &token);
        person.send("/declare/send", &[("symptom", "fever")]).await;
        let appeal = [("action", "appeal"), ("rule", "telling-symptoms"), ("words", "hay fever")];
        let desk = town.officer("desk", Role::Desk, "some/desk").await;
        let by_desk = [&appeal[..], &[("person", &*ma)]].concat();
        let made = Browser::of(&town, &desk).send("/desk", &by_desk).await;
        assert_eq!(made.header("location"), "/desk?done=appealed");
        town.later(25 * 60);
        town.office.tick().await.unwrap();
        let key = SoftwareKey::generate(&mut |bytes| bytes.fill(9));
        let wanted = IssuerKey {
            name: "suzhou/cdc".parse().unwrap(),
            issuer: "SZ".to_owned(),
            spki: key.spki().to_vec(),
            not_after: town.clock.now() + SignedDuration::from_hours(24 * 90),
            help: pass::Help::new(),
        };
        let policy = officer("policy-1", Role::Policy, "health/commission");
        let issuer = town.office.propose_issuer(&policy, &wanted).await.unwrap();
        let watch = town.officer("watch", Role::Oversight, "parliament").await;
        let watch = Browser::of(&town, &watch);
        let seen = watch.open("/oversight/watch").await.text();
        for said in ["telling-symptoms", "The person is right", "SZ · suzhou/cdc", "proposed"] {
            assert!(seen.contains(said), "{said}: {seen}");
        }
        assert!(!seen.contains(&ma) && !seen.contains("hay fever"), "{seen}");
        let agreed = watch.send("/oversight/watch", &[("what", "agree"), ("id", issuer.as_str())]).await;
        assert_eq!(agreed.header("location"), "/oversight/watch?done=issuer-agreed");
        assert!(watch.open("/oversight/watch").await.text().contains("· trusted"));
        let revoked = watch.send("/oversight/watch", &[("what", "revoke"), ("id", issuer.as_str())]).await;
        assert_eq!(revoked.header("location"), "/oversight/watch?done=issuer-revoked");
        assert!(watch.speaking("zh-CN").open("/oversight/watch").await.text().contains("已终止"));
        assert_eq!(person.open("/oversight/watch").await.status, StatusCode::FORBIDDEN);
    })
    .await;
}
