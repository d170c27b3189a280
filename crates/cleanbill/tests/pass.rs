//! `cleanbill pass`: issued, carried, checked and revoked, as people do it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

const ISSUED: &str = "2026-11-23T08:00:00Z";
const NOON: &str = "2026-11-23T12:00:00Z";
const EVENING: &str = "2026-11-23T20:00:00Z";

/// A folder with the keys of an issuer and of a phone.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(TempDir::new().unwrap());
        for folder in ["issuer", "phone"] {
            let (code, _, err) = desk.run(&["pass", "keygen", "--out", folder]);
            assert_eq!(code, 0, "{err}");
        }
        desk
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Exit code, standard output and standard error.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_cleanbill"))
            .current_dir(self.path())
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn issue(&self, more: &[&str]) -> String {
        let arguments =
            ["pass", "issue", "--key", "issuer/private.pem", "--issued", ISSUED, "--expires", EVENING];
        let (code, out, err) = self.run(&[&arguments, more].concat());
        assert_eq!(code, 0, "{err}");
        out.trim_end().to_owned()
    }

    /// Exit code and answers.
    fn verify(&self, more: &[&str]) -> (i32, Vec<Value>) {
        self.verify_at(NOON, more)
    }

    fn verify_at(&self, at: &str, more: &[&str]) -> (i32, Vec<Value>) {
        let (code, out, err) =
            self.run(&[&["pass", "verify", "--at", at, "--trust", "issuer/public.pem"], more].concat());
        assert_ne!(code, 2, "{err}");
        (code, out.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    }

    fn fails(&self, arguments: &[&str], words: &str) {
        let (code, out, err) = self.run(arguments);
        assert_eq!(code, 2, "{arguments:?}");
        assert!(out.is_empty() && err.contains(words), "{arguments:?}: {err}");
    }
}

#[test]
fn a_paper_pass_from_the_desk_to_the_door() {
    let desk = Desk::new();
    let text =
        desk.issue(&["--level", "green", "--initials", "Z.W.", "--birthday", "02-29", "--qr", "pass.png"]);
    let expected = json!({
        "format": "cleanbill", "verdict": "admit", "level": "green", "issuer": "cleanbill", "signer": "public.pem",
        "issued": ISSUED, "expires": EVENING, "initials": "Z.W.", "birthday": "02-29",
        "why": ["level_green", "paper", "revocation_unchecked"],
    });
    assert_eq!(desk.verify(&[&text]), (0, vec![expected.clone()]));
    assert_eq!(desk.verify(&["--image", "pass.png"]), (0, vec![expected]));

    let red = desk.issue(&["--level", "red", "--help-at", "12320"]);
    let (code, answers) = desk.verify(&[&red]);
    assert_eq!(
        (code, &answers[0]["verdict"], &answers[0]["help"][""]),
        (1, &json!("do_not_admit"), &json!("12320"))
    );
    let (code, answers) = desk.verify(&["--essential", &red]);
    assert_eq!((code, &answers[0]["verdict"]), (0, &json!("admit")));
}

#[test]
fn a_live_pass_is_a_copy_until_its_phone_proves_itself() {
    let desk = Desk::new();
    let text = desk.issue(&["--level", "green", "--holder", "phone/public.pem", "--initials", "Z.W."]);
    let (code, answers) = desk.verify(&[&text]);
    assert_eq!((code, &answers[0]["why"][1]), (1, &json!("proof_missing")));
    let (_, live, _) =
        desk.run(&["pass", "prove", "--key", "phone/private.pem", "--at", NOON, "--qr", "live.png", &text]);
    assert_eq!(desk.verify(&[live.trim_end()]).0, 0);
    let (code, answers) = desk.verify(&["--image", "live.png"]);
    assert_eq!((code, &answers[0]["why"][1]), (0, &json!("live")));
    let (code, answers) = desk.verify_at("2026-11-23T12:02:00Z", &[live.trim_end()]);
    assert_eq!((code, &answers[0]["why"][1]), (1, &json!("proof_stale")));
    let (code, _) = desk.verify_at("2026-11-23T12:02:00Z", &["--proof-tolerance", "120", live.trim_end()]);
    assert_eq!(code, 0);
}

#[test]
fn a_list_keeps_its_order_and_every_line() {
    let desk = Desk::new();
    let texts: Vec<String> = ["green", "red", "yellow"]
        .iter()
        .map(|level| desk.issue(&["--level", level, "--help-at", "12320"]))
        .collect();
    let mut lines = Vec::new();
    let mut verdicts = Vec::new();
    for number in 0..700 {
        match number % 4 {
            3 => lines.push(["hello", "", "HC1:", "HC1:\u{e9}"][number / 4 % 4].to_owned()),
            kind => lines.push(texts[kind].clone()),
        }
        verdicts.push(["admit", "do_not_admit", "do_not_admit", "ask_for_help"][number % 4]);
    }
    let mut list = lines.join("\n").into_bytes();
    list.extend(b"\r\n\xff\xfe");
    verdicts.push("ask_for_help");
    fs::write(desk.path().join("list.txt"), list).unwrap();
    let (code, answers) = desk.verify(&["--file", "list.txt"]);
    assert_eq!(code, 1);
    let answered: Vec<&str> = answers.iter().map(|answer| answer["verdict"].as_str().unwrap()).collect();
    assert_eq!(answered, verdicts);
    fs::write(desk.path().join("empty.txt"), "").unwrap();
    assert_eq!(desk.verify(&["--file", "empty.txt"]), (0, Vec::new()));
}

#[test]
fn a_trust_list_and_a_filter_from_a_publisher() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["pass", "keygen", "--out", "publisher"]).0, 0);
    let publish = |what: &str, out: &str, more: &[&str]| {
        let common = [
            "--key",
            "publisher/private.pem",
            "--version-number",
            "1",
            "--issued",
            ISSUED,
            "--expires",
            EVENING,
        ];
        let (code, _, err) = desk.run(&[&["pass", what, "--out", out], &common[..], more].concat());
        assert_eq!(code, 0, "{err}");
    };
    let (good, bad) = ("00000000000000aa", "00000000000000bb");
    fs::write(desk.path().join("revoked.txt"), format!("{bad}\n")).unwrap();
    fs::write(desk.path().join("living.txt"), format!("{good}\n\n")).unwrap();
    let help = ["--name", "Hangzhou CDC", "--issuer", "HZ", "--help-text", "zh=12320", "issuer/public.pem"];
    publish("trust-list", "list.cbor", &help);
    publish("filter", "filter.cbor", &["--revoked", "revoked.txt", "--living", "living.txt"]);

    let check = |id: &str, at: &str| {
        let text = desk.issue(&["--level", "green", "--issuer", "HZ", "--id", id]);
        let documents =
            ["--trust", "list.cbor", "--anchor", "publisher/public.pem", "--filter", "filter.cbor"];
        let (_, out, err) = desk.run(&[&["pass", "verify", "--at", at, &text], &documents[..]].concat());
        serde_json::from_str::<Value>(&out).unwrap_or_else(|_| panic!("{err}"))
    };
    let answer = check(good, NOON);
    assert_eq!((&answer["verdict"], &answer["signer"]), (&json!("admit"), &json!("Hangzhou CDC")));
    assert_eq!(answer["help"], json!({ "zh": "12320" }));
    assert_eq!(check(bad, NOON)["why"], json!(["level_green", "paper", "revoked"]));
    let stale = ["trust_list_stale", "expired", "level_green", "paper", "filter_stale"];
    assert_eq!(check(good, EVENING)["why"], json!(stale));

    let unsigned = ["pass", "verify", "--trust", "list.cbor", "HC1:"];
    desk.fails(&unsigned, "give the public key of its publisher");
    desk.fails(
        &[&unsigned[..], &["--anchor", "issuer/public.pem"]].concat(),
        "is not the one trusted for it",
    );
    desk.fails(&["pass", "verify", "--filter", "filter.cbor", "HC1:"], "--anchor");
    fs::write(desk.path().join("revoked.txt"), "aa\n").unwrap();
    let arguments =
        ["pass", "filter", "--out", "f", "--key", "publisher/private.pem", "--version-number", "1"];
    desk.fails(
        &[&arguments[..], &["--expires", EVENING, "--revoked", "revoked.txt"]].concat(),
        "revoked.txt:1",
    );
}

#[test]
fn inspect_shows_the_steps_and_what_is_inside() {
    let desk = Desk::new();
    let text = desk.issue(&["--level", "green", "--id", "0102030405060708"]);
    let steps = |more: &[&str]| {
        let (code, out, err) = desk.run(&[&["pass", "inspect", "--steps", "--at", NOON], more].concat());
        assert_eq!(code, 0, "{err}");
        serde_json::from_str::<Value>(&out).unwrap()
    };
    let all = json!({
        "unprefix": true, "base45": true, "decompress": true, "decode": true, "verify": true, "not_expired": true,
        "key_usage": true, "schema": true,
    });
    assert_eq!(steps(&["--trust", "issuer/public.pem", &text]), all);
    let nothing = steps(&["HC1:abc"]);
    assert_eq!(
        (&nothing["unprefix"], &nothing["base45"], &nothing["decode"]),
        (&json!(true), &json!(false), &json!(null))
    );
    let (_, out, _) = desk.run(&["pass", "inspect", &text]);
    let inside: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(inside["claims"]["7"], json!("0102030405060708"));
    assert_eq!(inside["algorithm"], json!("Es256"));
}

#[test]
fn what_cannot_be_done_says_why_and_what_to_do() {
    let desk = Desk::new();
    let issue = ["pass", "issue", "--key", "issuer/private.pem", "--level", "green", "--issued", ISSUED];
    let with = |more: &[&'static str]| [&issue[..], more].concat();
    desk.fails(&with(&["--expires", "2026-11-24T08:00:01Z"]), "at most 24 hours");
    desk.fails(&with(&["--expires", ISSUED]), "ends after it begins");
    desk.fails(&with(&["--expires", EVENING, "--initials", "ABCDEFGHIJKLM"]), "longer than 12 bytes");
    desk.fails(&with(&["--expires", EVENING, "--birthday", "02-30"]), "--birthday");
    desk.fails(&with(&["--expires", EVENING, "--qr", "pass.gif"]), ".png or .svg");
    desk.fails(&with(&["--expires", EVENING, "--holder", "phone/private.pem"]), "public key");
    let long = ["--expires", EVENING, "--holder", "phone/public.pem", "--rules", "a-rule-set-with-a-name"];
    desk.fails(&with(&long), "shorten");
    desk.fails(&["pass", "keygen", "--out", "issuer"], "not overwritten");
    desk.fails(&["pass", "verify", "--image", "issuer/public.pem"], "PNG or JPEG");
    desk.fails(&["pass", "verify", "--file", "nowhere"], "nowhere: cannot be read");
    desk.fails(&["pass", "verify", "--trust", "issuer/private.pem", "HC1:"], "no private key");
    desk.fails(&["pass", "prove", "--key", "phone/private.pem", "hello"], "does not start with `HC1:`");
    fs::write(desk.path().join("open.pem"), fs::read(desk.path().join("issuer/private.pem")).unwrap())
        .unwrap();
    if cfg!(unix) {
        let arguments = ["pass", "issue", "--key", "open.pem", "--level", "green", "--expires", EVENING];
        desk.fails(&arguments, "chmod 600");
    }
}

#[test]
fn the_published_vectors_come_out_the_same_here() {
    let desk = Desk::new();
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/pass").canonicalize().unwrap();
    let file = |name: &str| vectors.join(name).display().to_string();
    let cases: Value = serde_json::from_slice(&fs::read(vectors.join("passes.json")).unwrap()).unwrap();
    let (trust, anchor, filter) = (file("trust-list.cbor"), file("publisher.pem"), file("revoked.cbor"));
    for case in cases["cases"].as_array().unwrap() {
        let at = case["at"].as_str().unwrap();
        // A command line has a limit for its words; such a text comes from a file.
        fs::write(desk.path().join("text"), case["text"].as_str().unwrap()).unwrap();
        let arguments =
            ["--at", at, "--trust", &trust, "--anchor", &anchor, "--filter", &filter, "--file", "text"];
        let essential: &[&str] = if case["essential"] == true { &["--essential"] } else { &[] };
        let (code, out, err) = desk.run(&[&["pass", "verify"], &arguments[..], essential].concat());
        let answer: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{err}"));
        assert_eq!(code, i32::from(case["verdict"] != "admit"), "{case}");
        for field in ["verdict", "why", "level", "format"] {
            assert_eq!(answer[field], case[field], "{}: {field}", case["name"]);
        }
        let (_, out, _) = desk.run(&[&["pass", "inspect", "--steps"], &arguments[..]].concat());
        assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), case["steps"], "{}", case["name"]);
    }
}
