//! Every case, with what a reader must say. The expectations are written by hand, from `docs/pass-format.md`.

use ciborium::Value;
use evidence::Level;
use issuer::issue;
use jiff::{SignedDuration, Timestamp};
use pass::{Algorithm, HolderKey, PassId};
use serde_json::{Value as Json, json};

use crate::workshop::{Workshop, cbor, packed, parsed, time, unpacked};

const NAMES: [&str; 8] =
    ["unprefix", "base45", "decompress", "decode", "verify", "not_expired", "key_usage", "schema"];
const NOON: &str = "2026-11-23T12:00:00Z";

pub(crate) struct Case {
    name: &'static str,
    text: String,
    at: Timestamp,
    is_essential: bool,
    format: Option<&'static str>,
    level: Option<Level>,
    verdict: &'static str,
    why: Vec<&'static str>,
    /// A letter for every step: `t`, `f`, or `-` for not reached.
    steps: &'static str,
}

impl Case {
    /// A case at noon with one of our passes, green, that comes through every step.
    fn new(name: &'static str, text: String, verdict: &'static str, why: &'static str) -> Self {
        Self {
            name,
            text,
            at: time(NOON),
            is_essential: false,
            format: Some("cleanbill"),
            level: Some(Level::Green),
            verdict,
            why: why.split_whitespace().collect(),
            steps: "tttttttt",
        }
    }

    fn at(mut self, at: &str) -> Self {
        self.at = time(at);
        self
    }

    fn level(mut self, level: Option<Level>) -> Self {
        self.level = level;
        self
    }

    fn steps(mut self, steps: &'static str) -> Self {
        self.steps = steps;
        self
    }

    /// Nothing of it can be read.
    fn unreadable(mut self, steps: &'static str) -> Self {
        self.format = None;
        self.level = None;
        self.steps = steps;
        self
    }

    fn foreign(mut self) -> Self {
        self.format = Some("eu-dcc");
        self.level = None;
        self
    }

    pub(crate) fn to_json(&self) -> Json {
        let step = |letter: char| match letter {
            't' => json!(true),
            'f' => json!(false),
            _ => json!(null),
        };
        let steps: serde_json::Map<String, Json> = NAMES
            .iter()
            .zip(self.steps.chars())
            .map(|(name, letter)| ((*name).to_owned(), step(letter)))
            .collect();
        let mut case = json!({
            "name": self.name,
            "text": self.text,
            "at": self.at.to_string(),
            "format": self.format,
            "level": self.level.map(Level::word),
            "verdict": self.verdict,
            "why": self.why,
            "steps": steps,
        });
        if self.is_essential {
            case["essential"] = json!(true);
        }
        case
    }
}

/// All of them.
pub(crate) fn all(workshop: &Workshop) -> Vec<Case> {
    let mut cases = levels(workshop);
    cases.extend(times(workshop));
    cases.extend(proofs(workshop));
    cases.extend(signers(workshop));
    cases.extend(containers(workshop));
    cases.extend(forms(workshop));
    cases.extend(certificates(workshop));
    cases
}

fn levels(workshop: &Workshop) -> Vec<Case> {
    let red = || {
        workshop.paper(|claims| {
            claims.level = Level::Red;
            claims.help = "12320 or any desk".to_owned();
        })
    };
    let yellow = workshop.paper(|claims| {
        claims.level = Level::Yellow;
        claims.help = "12320".to_owned();
    });
    let revoked = workshop.paper(|claims| claims.id = PassId::new(0xff00_0005_u64.to_be_bytes()));
    let mut essential =
        Case::new("red at an essential place", red(), "admit", "essential_place level_red paper")
            .level(Some(Level::Red));
    essential.is_essential = true;
    let mut unreadable =
        Case::new("nothing at an essential place", "hello".to_owned(), "admit", "essential_place no_prefix");
    unreadable.is_essential = true;
    vec![
        Case::new("green on paper", workshop.paper(|_| {}), "admit", "level_green paper"),
        Case::new("yellow on paper", yellow, "do_not_admit", "level_yellow paper").level(Some(Level::Yellow)),
        Case::new("red on paper", red(), "do_not_admit", "level_red paper").level(Some(Level::Red)),
        Case::new("revoked", revoked, "do_not_admit", "level_green paper revoked"),
        essential,
        unreadable.unreadable("f-------"),
    ]
}

fn times(workshop: &Workshop) -> Vec<Case> {
    let paper = || workshop.paper(|_| {});
    let late = |hours: i64| {
        workshop.paper(|claims| {
            claims.issued += SignedDuration::from_hours(hours);
            claims.expires = claims.issued + SignedDuration::from_hours(24);
        })
    };
    let good = "level_green paper";
    vec![
        Case::new("in its last second", paper(), "admit", good).at("2026-11-23T19:59:59.999999Z"),
        Case::new("at its end", paper(), "ask_for_help", "expired level_green paper")
            .at("2026-11-23T20:00:00Z")
            .steps("tttttftt"),
        Case::new("a minute before its beginning", paper(), "admit", good).at("2026-11-23T07:59:00Z"),
        Case::new(
            "more than a minute before its beginning",
            paper(),
            "ask_for_help",
            "not_yet_valid level_green paper",
        )
        .at("2026-11-23T07:58:59Z")
        .steps("tttttftt"),
        Case::new(
            "with a filter that is too old",
            late(24),
            "ask_for_help",
            "level_green paper filter_stale",
        )
        .at("2026-11-24T12:00:00Z"),
        Case::new(
            "with a trust list that is too old",
            late(36),
            "ask_for_help",
            "trust_list_stale level_green paper filter_stale",
        )
        .at("2026-11-25T00:00:00Z"),
    ]
}

fn proofs(workshop: &Workshop) -> Vec<Case> {
    let proven = |at: &str| workshop.proven(&workshop.live(), at);
    let other = workshop.paper(|claims| {
        claims.id = PassId::new([8; 8]);
        claims.holder = Some(HolderKey::new(&workshop.phone.public_sec1()).unwrap());
    });
    // The proof of one pass, put on another of the same phone.
    let replayed = {
        let mut there = parsed(&unpacked(&workshop.live())).unwrap();
        let from = parsed(&unpacked(&workshop.proven(&other, NOON))).unwrap();
        if let (Value::Tag(_, there), Value::Tag(_, from)) = (&mut there, &from) {
            there.as_array_mut().unwrap()[1] = from.as_array().unwrap()[1].clone();
        }
        packed(&cbor(&there))
    };
    let stranger = workshop.proven_by(&workshop.other_phone, &workshop.live(), NOON);
    vec![
        Case::new("live", proven(NOON), "admit", "level_green live"),
        Case::new("live, a minute ago", proven("2026-11-23T11:59:00Z"), "admit", "level_green live"),
        Case::new("live, a minute ahead", proven("2026-11-23T12:01:00Z"), "admit", "level_green live"),
        Case::new("a screenshot", proven("2026-11-23T11:58:59Z"), "ask_for_help", "level_green proof_stale"),
        Case::new(
            "a proof from the future",
            proven("2026-11-23T12:01:01Z"),
            "ask_for_help",
            "level_green proof_ahead",
        ),
        Case::new("a copy without proof", workshop.live(), "ask_for_help", "level_green proof_missing"),
        Case::new("a proof of another pass", replayed, "ask_for_help", "level_green proof_invalid"),
        Case::new("a proof by another phone", stranger, "ask_for_help", "level_green proof_invalid"),
        Case::new(
            "a proof on paper",
            workshop.proven(&workshop.paper(|_| {}), NOON),
            "ask_for_help",
            "level_green proof_unexpected",
        ),
    ]
}

fn signers(workshop: &Workshop) -> Vec<Case> {
    let payload = || workshop.claims().to_bytes().unwrap();
    let flipped = {
        let mut bytes = unpacked(&workshop.paper(|_| {}));
        *bytes.last_mut().unwrap() ^= 1;
        packed(&bytes)
    };
    let (issuer, stranger) = (&workshop.issuer, &workshop.stranger);
    let unsigned = "ttttft-t";
    let elsewhere = workshop.paper(|claims| claims.issuer = "Elsewhere".to_owned());
    vec![
        Case::new("one flipped bit", flipped, "do_not_admit", "signature_invalid")
            .steps(unsigned)
            .level(None),
        Case::new(
            "signed by a stranger under the issuer's key id",
            workshop.forged(payload(), stranger, issuer, Algorithm::Es256),
            "do_not_admit",
            "signature_invalid",
        )
        .steps(unsigned)
        .level(None),
        Case::new(
            "signed by the issuer under another issuer's key id",
            workshop.forged(payload(), issuer, &workshop.retired, Algorithm::Es256),
            "do_not_admit",
            "signature_invalid",
        )
        .steps(unsigned)
        .level(None),
        Case::new(
            "signed by a stranger",
            workshop.forged(payload(), stranger, stranger, Algorithm::Es256),
            "ask_for_help",
            "unknown_issuer",
        )
        .steps(unsigned)
        .level(None),
        Case::new(
            "another algorithm than the key's",
            workshop.forged(payload(), issuer, issuer, Algorithm::EdDsa),
            "ask_for_help",
            "algorithm_not_allowed",
        )
        .steps(unsigned)
        .level(None),
        Case::new("in another issuer's name", elsewhere, "ask_for_help", "issuer_mismatch level_green paper"),
        Case::new(
            "by a key that has ended",
            issue(&workshop.claims(), &workshop.retired).unwrap(),
            "ask_for_help",
            "issuer_not_valid level_green paper",
        ),
        Case::new(
            "by a laboratory",
            issue(&workshop.claims(), &workshop.tester).unwrap(),
            "ask_for_help",
            "key_usage level_green paper",
        )
        .steps("ttttttft"),
    ]
}

fn containers(workshop: &Workshop) -> Vec<Case> {
    let good = workshop.paper(|_| {});
    let case = |name, text: String, why, steps| Case::new(name, text, "ask_for_help", why).unreadable(steps);
    let with_byte = |bytes: &[u8]| [bytes, &[0]].concat();
    let packed_bytes = pass::from_base45(pass::unprefix(&good).unwrap()).unwrap();
    // Base45 of other bytes than a zlib stream: packed again, the packed bytes would be in order.
    let raw = |bytes: &[u8]| format!("HC1:{}", base45::encode(bytes));
    vec![
        case("not a pass", "hello".to_owned(), "no_prefix", "f-------"),
        case("the prefix in small letters", good.replacen("HC1", "hc1", 1), "no_prefix", "f-------"),
        case("ten megabytes of zeros", packed(&vec![0; 10 << 20]), "text_too_long", "f-------"),
        case("a megabyte of zeros", packed(&vec![0; 1 << 20]), "too_large", "ttf-----"),
        case("small letters inside", good.replacen("HC1:N", "HC1:n", 1), "not_base45", "tf------"),
        case("cut off", raw(&packed_bytes[..packed_bytes.len() - 2]), "not_compressed", "ttf-----"),
        case("a byte behind the stream", raw(&with_byte(&packed_bytes)), "not_compressed", "ttf-----"),
        case("not compressed", raw(&unpacked(&good)), "not_compressed", "ttf-----"),
    ]
}

fn forms(workshop: &Workshop) -> Vec<Case> {
    let good = unpacked(&workshop.paper(|_| {}));
    let case = |name, text: String, why, steps| Case::new(name, text, "ask_for_help", why).unreadable(steps);
    let int = |number: i64| Value::from(number);
    let duplicate = workshop.with_payload(|claims| claims.push((int(1), Value::from("HZ"))));
    let both = workshop.with_payload(|claims| {
        let hcert = claims.last_mut().unwrap().1.as_map_mut().unwrap();
        hcert.push((int(1), Value::Map(Vec::new())));
    });
    let said = |index: usize, value: Value| {
        workshop.with_payload(|claims| {
            let hcert = claims.last_mut().unwrap().1.as_map_mut().unwrap();
            hcert[0].1.as_array_mut().unwrap()[index] = value;
        })
    };
    let two_days =
        workshop.with_payload(|claims| claims[1].1 = int(time("2026-11-25T08:00:00Z").as_second()));
    let unnamed = workshop.with_payload(|claims| claims.retain(|(label, _)| *label != int(7)));
    let critical = {
        let mut envelope = parsed(&good).unwrap();
        if let Value::Tag(_, envelope) = &mut envelope {
            let header = vec![(int(2), Value::Array(vec![int(99)])), (int(99), Value::Null)];
            envelope.as_array_mut().unwrap()[1] = Value::Map(header);
        }
        packed(&cbor(&envelope))
    };
    let invalid =
        |name, text| Case::new(name, text, "ask_for_help", "claims_invalid").level(None).steps("tttttt-f");
    vec![
        case("not CBOR", packed(&[0xff; 20]), "not_cbor", "tttff---"),
        case(
            "bytes behind the envelope",
            packed(&[good.as_slice(), &[0]].concat()),
            "trailing_data",
            "tttff---",
        ),
        case("a claim twice", duplicate, "duplicate_key", "tttff---"),
        case("a number", packed(&[7]), "not_a_certificate", "ttttf---"),
        case("a critical header", critical, "not_a_certificate", "ttttf---"),
        case("a pass and a certificate in one", both, "not_a_certificate", "tttff---"),
        invalid("a level that does not exist", said(1, int(3))),
        invalid("a version that does not exist", said(0, int(2))),
        invalid("for two days", two_days),
        invalid("without an id", unnamed),
    ]
}

fn certificates(workshop: &Workshop) -> Vec<Case> {
    let text = |text: &str| Value::from(text);
    let test = |taken: &str, result: &str| {
        let fields = [("tt", text("LP6464-4")), ("sc", text(taken)), ("tr", text(result))];
        workshop.certificate("t", &fields, &workshop.tester)
    };
    let vaccination = |dose: i64, on: &str| {
        let fields = [
            ("vp", text("1119349007")),
            ("mp", text("EU/1/20/1528")),
            ("ma", text("ORG-100030215")),
            ("dn", Value::from(dose)),
            ("sd", Value::from(2)),
            ("dt", text(on)),
        ];
        workshop.certificate("v", &fields, &workshop.tester)
    };
    let recovery = |until: &str| {
        let fields = [("fr", text("2026-08-01")), ("df", text("2026-08-12")), ("du", text(until))];
        workshop.certificate("r", &fields, &workshop.tester)
    };
    let negative = "260415000";
    let case = |name, text, verdict, why| {
        let mut case = Case::new(name, text, verdict, why).foreign();
        case.why.push("revocation_unchecked");
        case
    };
    let by_issuer = workshop.certificate("r", &[("fr", text("2026-08-01"))], &workshop.issuer);
    vec![
        case("EU, negative test", test("2026-11-22T12:00:00Z", negative), "admit", "test_negative"),
        case("EU, positive test", test("2026-11-22T12:00:00Z", "260373001"), "do_not_admit", "test_positive"),
        case(
            "EU, test of four days ago",
            test("2026-11-19T11:59:59Z", negative),
            "ask_for_help",
            "test_too_old",
        ),
        case("EU, vaccination", vaccination(2, "2026-10-01"), "admit", "vaccination"),
        case("EU, booster of yesterday", vaccination(3, "2026-11-22"), "admit", "vaccination"),
        case("EU, first dose", vaccination(1, "2026-10-01"), "ask_for_help", "vaccination_not_current"),
        case(
            "EU, fresh vaccination",
            vaccination(2, "2026-11-20"),
            "ask_for_help",
            "vaccination_not_current",
        ),
        case("EU, recovery", recovery("2027-02-01"), "admit", "recovery"),
        case("EU, recovery that is over", recovery("2026-11-22"), "ask_for_help", "recovery_not_current"),
        Case::new("EU, without its dates", by_issuer, "ask_for_help", "issuer_mismatch claims_invalid")
            .foreign()
            .steps("tttttt-f"),
    ]
}
