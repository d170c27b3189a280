//! The EU's test certificates: every expected result of every file, and the list of those that come out otherwise.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use ciborium::Value;
use data_encoding::{BASE64_MIME_PERMISSIVE, HEXUPPER_PERMISSIVE};
use jiff::Timestamp;
use pass::{
    Certificate, Checker, Envelope, Policy, Steps, TrustStore, Unpacker, cbor_to_json, from_base45, picture,
    read_certificate, unprefix,
};
use serde_json::Value as Json;

/// What comes out otherwise than the file expects, and why.
const DEVIATIONS: &[(&str, &str, &str)] =
    &[("common/B1.json", "EXPECTEDPICTUREDECODE", "the file has no picture: there is no field 2DCODE in it")];

fn folder() -> Option<PathBuf> {
    let data = std::env::var("CLEANBILL_DATA").unwrap_or_else(|_| "../../../shared/data".to_owned());
    let folder = Path::new(&data).join("eu-dcc-vectors");
    if !folder.is_dir() {
        eprintln!("skipped: there is no folder {}; set CLEANBILL_DATA", folder.display());
        return None;
    }
    Some(folder)
}

fn files(folder: &Path) -> BTreeMap<String, Json> {
    let mut files = BTreeMap::new();
    for country in
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir())
    {
        for file in fs::read_dir(&country).unwrap().map(|entry| entry.unwrap().path()) {
            if file.extension().is_some_and(|extension| extension == "json") {
                let name = file.strip_prefix(folder).unwrap().display().to_string();
                files.insert(name, serde_json::from_slice(&fs::read(&file).unwrap()).unwrap());
            }
        }
    }
    files
}

/// One file of the test data.
struct Vector<'a>(&'a Json);

impl Vector<'_> {
    fn text(&self, field: &str) -> Option<&str> {
        self.0.get(field)?.as_str()
    }

    fn bytes(&self, field: &str) -> Option<Vec<u8>> {
        HEXUPPER_PERMISSIVE.decode(self.text(field)?.as_bytes()).ok()
    }

    fn clock(&self) -> Option<Timestamp> {
        let text = self.0["TESTCTX"].get("VALIDATIONCLOCK")?.as_str()?;
        let text = text.replacen("+0000", "Z", 1);
        // One state writes no zone; it means UTC.
        text.parse().or_else(|_| format!("{text}Z").parse()).ok()
    }

    fn steps(&self) -> Option<Steps> {
        let certificate = self.0["TESTCTX"]["CERTIFICATE"].as_str()?;
        let der = BASE64_MIME_PERMISSIVE.decode(certificate.as_bytes()).ok()?;
        let trust: TrustStore = [read_certificate(&[&der]).ok()?].into_iter().collect();
        let text = self.text("PREFIX").map_or_else(|| pass::write(&self.cose().unwrap()), str::to_owned);
        Some(Checker::new(trust, Policy::default()).steps(&text, self.clock().unwrap_or_default()))
    }

    fn compressed(&self) -> Option<Vec<u8>> {
        let base45 =
            || self.text("BASE45").or_else(|| self.text("PREFIX").and_then(|text| unprefix(text).ok()));
        self.bytes("COMPRESSED").or_else(|| from_base45(base45()?).ok())
    }

    fn cose(&self) -> Option<Vec<u8>> {
        self.bytes("COSE")
            .or_else(|| Unpacker::default().unpack(&self.compressed()?).ok().map(<[u8]>::to_vec))
    }

    /// The certificate's CBOR: from the envelope, or as it stands in the file. Some files have the claims around it.
    fn certificate(&self, field: Option<&str>) -> Option<Vec<u8>> {
        let bytes = match field {
            Some(field) => self.bytes(field)?,
            None => Envelope::read(&self.cose()?).ok()?.payload_bytes().to_vec(),
        };
        let value: Value = ciborium::from_reader(bytes.as_slice()).ok()?;
        let inside = |map: &Value, key: i64| {
            map.as_map()?.iter().find(|(label, _)| *label == Value::from(key)).map(|(_, value)| value.clone())
        };
        let certificate = inside(&value, -260).and_then(|hcert| inside(&hcert, 1)).unwrap_or(value);
        let mut bytes = Vec::new();
        ciborium::into_writer(&certificate, &mut bytes).unwrap();
        Some(bytes)
    }

    /// What the way from the text to the verdict says about an expectation; none if it is about something else.
    fn outcome_from_text(&self, key: &str) -> Option<bool> {
        let steps = self.steps()?;
        match key {
            "EXPECTEDUNPREFIX" => steps.unprefix,
            "EXPECTEDB45DECODE" => steps.base45,
            "EXPECTEDCOMPRESSION" => steps.decompress,
            "EXPECTEDDECODE" => steps.decode,
            "EXPECTEDVERIFY" => steps.verify,
            "EXPECTEDEXPIRATIONCHECK" | "EXPTECTEDEXPIRED" => self.clock().and(steps.not_expired),
            "EXPECTEDKEYUSAGE" => steps.key_usage,
            "EXPECTEDSCHEMAVALIDATION" => steps.schema,
            _ => None,
        }
    }

    /// What comes out for an expectation; none if the file lacks what it takes.
    fn outcome(&self, key: &str) -> Option<bool> {
        Some(match key {
            "EXPECTEDPICTUREDECODE" => {
                let png = BASE64_MIME_PERMISSIVE.decode(self.text("2DCODE")?.as_bytes()).unwrap();
                picture::read(&png)
                    .is_ok_and(|text| self.text("PREFIX").is_none_or(|expected| text == expected))
            }
            "EXPECTEDUNPREFIX" => {
                unprefix(self.text("PREFIX")?).is_ok_and(|text| Some(text) == self.text("BASE45"))
            }
            "EXPECTEDB45DECODE" => {
                let bytes = from_base45(self.text("BASE45")?);
                bytes.is_ok_and(|bytes| self.bytes("COMPRESSED").is_none_or(|expected| expected == bytes))
            }
            "EXPECTEDCOMPRESSION" => {
                let mut unpacker = Unpacker::default();
                let bytes = unpacker.unpack(&self.compressed()?).map(<[u8]>::to_vec);
                bytes.is_ok_and(|bytes| self.bytes("COSE").is_none_or(|cose| cose == bytes))
            }
            "EXPECTEDVALIDOBJECT" => {
                let mut bytes = Vec::new();
                ciborium::into_writer(self.0.get("JSON")?, &mut bytes).unwrap();
                Certificate::from_bytes(&bytes).is_ok()
            }
            // The order of keys is free, so that one encoding is as good as another: what both say is compared.
            "EXPECTEDENCODE" | "EXPECTEDVALIDJSON" => {
                cbor_to_json(&self.certificate(Some("CBOR"))?).ok().as_ref() == self.0.get("JSON")
            }
            _ => return self.outcome_from_text(key),
        })
    }
}

#[test]
fn every_expected_result_of_every_certificate() {
    let Some(folder) = folder() else { return };
    let files = files(&folder);
    assert!(files.len() >= 113, "{} files", files.len());
    let mut differing = Vec::new();
    let mut counts: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for (file, vector) in &files {
        for (key, expected) in vector["EXPECTEDRESULTS"].as_object().unwrap() {
            let outcome = Vector(vector).outcome(key);
            let count = counts.entry(key).or_default();
            count.1 += 1;
            // Where the text has a step of its own, it agrees with the step on the file's separate fields.
            let from_text = Vector(vector).outcome_from_text(key);
            if outcome == expected.as_bool() && (from_text.is_none() || from_text == outcome) {
                count.0 += 1;
            } else {
                differing.push((file.as_str(), key.as_str(), outcome));
            }
        }
    }
    for (key, (same, all)) in counts {
        eprintln!("{key}: {same} of {all} as expected");
    }
    let listed: Vec<(&str, &str)> = DEVIATIONS.iter().map(|(file, key, _)| (*file, *key)).collect();
    let found: Vec<(&str, &str)> = differing.iter().map(|(file, key, _)| (*file, *key)).collect();
    assert_eq!(found, listed, "{differing:#?}");
}
