//! Personal rows leave by the API only as a line list of one case's contacts, with a second approval, and seen by those who stand on it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use axum::http::Method;
use office::{Role, permissions::UseCase};
use serde_json::{Value, json};
use town::{Town, everywhere};

/// A case that counts, and who lives with them: ids and tokens, and the case.
async fn a_case_at_home(town: &Town, investigator: &str) -> (Vec<(String, String)>, String) {
    let mut home = Vec::new();
    // Somebody's name is what a spreadsheet would take for a formula.
    for name in ["Anna", "=HYPERLINK(A1)"] {
        home.push(town.resident(name, Some("h1")).await);
    }
    let (anna, as_anna) = &home[0];
    let laboratory = town.officer("lab", Role::Laboratory, "city/laboratory").await;
    town.post("/api/v1/people/me/specimens", as_anna, json!({ "test": "t-1" })).await;
    let test = json!({
        "test": "t-1", "sampled": "2020-02-12T00:00:00Z", "method": "pcr", "result": "positive",
    });
    town.post(&format!("/api/v1/people/{anna}/tests"), &laboratory, test).await;
    let case = town.post(&format!("/api/v1/people/{anna}/cases"), investigator, json!({})).await.json();
    assert_eq!(case["stated"]["exposed"], 1, "{case}");
    (home, case["case"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn r19_a_line_list_leaves_with_a_second_approval_once_and_everybody_on_it_sees_it() {
    everywhere(async |town: Town| {
        town.publish().await;
        let li = town.officer("li", Role::Investigator, "health/commission").await;
        let (home, case) = a_case_at_home(&town, &li).await;
        let path = format!("/api/v1/people/{}/cases/{case}/line-lists", home[0].0);
        let no_purpose = town.post(&path, &li, json!({ "purpose": " " })).await;
        assert_eq!(no_purpose.status.as_u16(), 422, "{}", no_purpose.text());
        let asked = town.post(&path, &li, json!({ "purpose": "calling them" })).await;
        assert_eq!(asked.status.as_u16(), 201, "{}", asked.text());
        let list = asked.json()["list"].as_str().unwrap().to_owned();
        let rows = format!("/api/v1/line-lists/{list}/rows");
        assert_eq!(town.post(&rows, &li, json!({})).await.status.as_u16(), 404, "nobody approved it");
        let approval = format!("/api/v1/line-lists/{list}/approval");
        let colleague = town.officer("wang", Role::Investigator, "health/commission").await;
        for own in [&li, &colleague] {
            assert_eq!(
                town.post(&approval, own, json!({})).await.status.as_u16(),
                403,
                "their own role and body"
            );
        }
        let reviewer = town.officer("wu", Role::Reviewer, "city/ombuds-office").await;
        assert_eq!(town.post(&approval, &reviewer, json!({})).await.status.as_u16(), 200);
        assert_eq!(
            town.post(&rows, &reviewer, json!({})).await.status.as_u16(),
            403,
            "whoever approves takes nothing"
        );
        let taken = town.post(&rows, &li, json!({})).await;
        assert_eq!((taken.status.as_u16(), taken.header("content-type")), (200, "text/csv"));
        assert!(taken.header("content-disposition").starts_with("attachment"));
        let lines: Vec<String> = taken.text().lines().map(ToOwned::to_owned).collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[1].starts_with("\"'=HYPERLINK(A1)\","), "no cell is a formula: {}", lines[1]);
        assert_eq!(town.post(&rows, &li, json!({})).await.status.as_u16(), 404, "once");
        let looks = town.get("/api/v1/people/me/accesses", &home[1].1).await.json();
        let seen = |look: &Value| look["purpose"] == "calling them" && look["body"] == "health/commission";
        assert!(looks.as_array().unwrap().iter().any(seen), "{looks}");
        let oversight = town.officer("watch", Role::Oversight, "city/audit-office").await;
        let lists = town.get("/api/v1/line-lists", &oversight).await.json();
        assert_eq!((&lists[0]["rows"], &lists[0]["approved_by"]["role"]), (&json!(1), &json!("reviewer")));
        let alerts = town.get("/api/v1/alerts", &oversight).await.json();
        assert!(alerts.as_array().unwrap().iter().any(|alert| alert["about"] == "exported"), "{alerts}");
    })
    .await;
}

#[tokio::test]
async fn r19_nothing_of_everybody_leaves_over_the_network() {
    everywhere(async |town: Town| {
        let document = town.api(Method::GET, "/openapi.json", None, None).await.json();
        let mut rows = Vec::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for operation in operations.as_object().unwrap().values() {
                assert_ne!(operation["x-may"], UseCase::ExportAll.words(), "{path}");
                if operation["responses"]["200"]["content"].get("text/csv").is_some() {
                    rows.push(path.clone());
                }
            }
        }
        assert_eq!(rows, ["/api/v1/line-lists/{list}/rows"], "the one way in which rows leave");
    })
    .await;
}
