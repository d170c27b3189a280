//! Every vector under `vectors/rating/`: evidence in, level, times and reasons out.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use evidence::{
    Case, Check, CheckedBy, ContactClass, Declaration, Exposure, Level, Minutes, OtherExposures, Probability,
    Ruling, Setting, Stay, Symptoms, Temperature, Test,
};
use jiff::Timestamp;
use rating::{Evidence, Language, Piece, RuleSet, explain, inputs_digest, rate, rate_in_force};
use serde_json::Value;

fn folder() -> String {
    format!("{}/../../vectors/rating", env!("CARGO_MANIFEST_DIR"))
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str)
}

fn time(value: &Value, key: &str) -> Option<Timestamp> {
    text(value, key).map(|t| t.parse().unwrap())
}

fn word<T: std::str::FromStr>(value: &Value, key: &str) -> Option<T> {
    text(value, key).map(|t| t.parse().unwrap_or_else(|_| panic!("{key} = {t}")))
}

fn probability(value: &Value, key: &str) -> Probability {
    Probability::new(value[key].as_f64().unwrap()).unwrap()
}

fn pieces(value: &Value) -> Vec<Piece> {
    let at = || time(value, "at").unwrap();
    let symptoms = || -> Symptoms {
        value["symptoms"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| s.as_str().unwrap().parse::<evidence::Symptom>().unwrap())
            .collect()
    };
    match text(value, "kind").unwrap() {
        "declaration" => vec![Piece::of_declaration(Declaration { at: at(), symptoms: symptoms() })],
        "check" => vec![Piece::of_check(Check {
            at: at(),
            temperature: value["temperature_c"].as_f64().map(|t| Temperature::from_celsius(t).unwrap()),
            symptoms: symptoms(),
            by: CheckedBy::Itself,
        })],
        "test" => vec![Piece::of_test(Test {
            test: word(value, "test").unwrap(),
            sampled: time(value, "sampled").unwrap(),
            reported: time(value, "reported"),
            method: word(value, "method").unwrap(),
            result: word(value, "result").unwrap(),
        })],
        "case" => Piece::of_case(&Case {
            case: word(value, "case").unwrap(),
            status: word(value, "status").unwrap(),
            onset: time(value, "onset"),
            confirmed: time(value, "confirmed"),
            isolated: time(value, "isolated"),
            recovered: time(value, "recovered"),
        })
        .into_vec(),
        "stay" => {
            let stay = Stay {
                region: word(value, "region").unwrap(),
                region_level: word(value, "region_level"),
                arrived: time(value, "arrived").unwrap(),
                left: time(value, "left"),
            };
            Piece::of_stay(&stay, &[]).into_vec()
        }
        "exposure" => {
            let exposure = Exposure {
                case: word(value, "case").unwrap(),
                class: word::<ContactClass>(value, "class").unwrap(),
                setting: word::<Setting>(value, "setting").unwrap(),
                first: time(value, "first").unwrap(),
                last: time(value, "last").unwrap(),
                minutes: Minutes(value["minutes"].as_u64().unwrap() as u32),
                probability: probability(value, "probability"),
                together: OtherExposures {
                    cases: value["cases"].as_u64().unwrap() as u32,
                    minutes: Minutes(value["combined_minutes"].as_u64().unwrap() as u32),
                    probability: probability(value, "combined_probability"),
                },
            };
            vec![Piece::of_exposure(exposure, time(value, "known").unwrap())]
        }
        other => panic!("unknown kind {other}"),
    }
}

fn ruling(value: &Value) -> Ruling {
    Ruling {
        ruling: word(value, "ruling").unwrap(),
        reason: word(value, "reason").unwrap(),
        effect: word(value, "effect").unwrap(),
        from: time(value, "from").unwrap(),
        to: time(value, "to").unwrap(),
        ground: text(value, "ground").unwrap().to_owned(),
        by: word(value, "by").unwrap(),
        second: word(value, "second"),
    }
}

fn each_vector(mut look: impl FnMut(&RuleSet, &Evidence, &Value, String)) -> usize {
    let rule_set = RuleSet::parse(&std::fs::read(format!("{}/rules.toml", folder())).unwrap()).unwrap();
    let mut count = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "json") {
            continue;
        }
        let file: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        for vector in file["vectors"].as_array().unwrap() {
            let name =
                format!("{}: {}", path.file_name().unwrap().display(), vector["name"].as_str().unwrap());
            let evidence = Evidence {
                pieces: vector["evidence"].as_array().unwrap().iter().flat_map(pieces).collect(),
                rulings: vector["rulings"].as_array().unwrap().iter().map(ruling).collect(),
            };
            look(&rule_set, &evidence, vector, name);
            count += 1;
        }
    }
    count
}

#[test]
fn every_vector_gives_what_it_says() {
    let count = each_vector(|rule_set, evidence, vector, name| {
        let at = time(vector, "at").unwrap();
        let in_force = vector["in_force"].as_bool().unwrap();
        let rating =
            if in_force { rate_in_force(rule_set, evidence, at) } else { rate(rule_set, evidence, at) };
        let expect = &vector["expect"];
        assert_eq!(rating.level, word::<Level>(expect, "level").unwrap(), "{name}");
        assert_eq!(rating.since, time(expect, "since"), "{name}: since");
        assert_eq!(rating.changes_at(), time(expect, "changes_at"), "{name}: changes_at");
        let reasons: Vec<_> = rating
            .reasons
            .iter()
            .map(|r| (rule_set.rules()[r.rule].id.clone(), r.level, r.from, r.until))
            .collect();
        let expected: Vec<_> = expect["reasons"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| {
                let level = word::<Level>(r, "level").unwrap();
                (
                    text(r, "rule").unwrap().to_owned(),
                    level,
                    time(r, "from").unwrap(),
                    time(r, "until").unwrap(),
                )
            })
            .collect();
        assert_eq!(reasons, expected, "{name}: reasons");
    });
    assert!(count >= 35, "only {count} vectors were found");
}

#[test]
fn the_order_of_evidence_changes_neither_rating_nor_explanation_nor_digest() {
    each_vector(|rule_set, evidence, vector, name| {
        let at = time(vector, "at").unwrap();
        let mut reversed = evidence.clone();
        reversed.pieces.reverse();
        reversed.rulings.reverse();
        assert_eq!(inputs_digest(rule_set, evidence, at), inputs_digest(rule_set, &reversed, at), "{name}");
        for language in Language::ALL {
            let one = explain(rule_set, evidence, &rate(rule_set, evidence, at), language);
            let other = explain(rule_set, &reversed, &rate(rule_set, &reversed, at), language);
            assert_eq!(one, other, "{name}");
        }
    });
}

#[test]
fn what_people_read_stays_as_it_is() {
    let mut all = Vec::new();
    each_vector(|rule_set, evidence, vector, name| {
        let rating = rate(rule_set, evidence, time(vector, "at").unwrap());
        for language in Language::ALL {
            all.push((name.clone(), explain(rule_set, evidence, &rating, language)));
        }
    });
    all.sort_by(|a, b| (&a.0, a.1.language).cmp(&(&b.0, b.1.language)));
    insta::assert_json_snapshot!("explanations", all);
}
