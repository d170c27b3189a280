//! What clippy cannot see: which crate may use which, how long files are, and what must not be written.

use std::{collections::BTreeMap, process::Command};

use anyhow::bail;

use crate::{output, root};

/// The arrows of the house: each crate with those it may use. A crate that is not here may not exist.
const ARROWS: &[(&str, &[&str])] = &[
    ("evidence", &[]),
    ("bundle", &["evidence"]),
    ("rating", &["evidence"]),
    ("contacts", &["evidence"]),
    ("ledger", &[]),
    ("pass", &["evidence"]),
    ("issuer", &["evidence", "pass"]),
    ("device", &["evidence", "contacts", "pass"]),
    ("synth", &["evidence", "bundle"]),
    ("store", &["evidence"]),
    ("store-objects", &["store"]),
    ("store-sqlite", &["store"]),
    ("store-postgres", &["store"]),
    (
        "office",
        &[
            "evidence",
            "contacts",
            "issuer",
            "ledger",
            "pass",
            "rating",
            "store",
            "store-sqlite",
            "store-postgres",
            "oracle",
        ],
    ),
    ("server", &["evidence", "ledger", "office", "pass", "rating", "store"]),
    (
        "cleanbill",
        &[
            "evidence",
            "bundle",
            "rating",
            "contacts",
            "issuer",
            "ledger",
            "pass",
            "synth",
            "store",
            "store-sqlite",
            "store-objects",
            "store-postgres",
            "office",
            "server",
        ],
    ),
    ("oracle", &["evidence", "bundle", "rating", "contacts"]),
    ("xtask", &[]),
];

/// Longest file without its tests.
const FILE_LINES_MAX: usize = 600;
/// Longest block of tests inside a file; longer ones move to a sibling.
const TEST_LINES_MAX: usize = 150;
/// Names that say nothing.
const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "manager", "types", "misc"];
/// Documents that promise tests by name.
const PROMISES: &[&str] = &["ARCHITECTURE.md", "docs/rights.md"];
/// What may not stand in code, split so that this list does not find itself.
const FORBIDDEN: &[(&str, &str)] = &[
    (concat!("todo", "!("), "finish it, or say in the documentation what does not work"),
    (concat!("unimplemented", "!("), "finish it, or say in the documentation what does not work"),
    (concat!("TO", "DO"), "do it, or delete the remark"),
    (concat!("FIX", "ME"), "fix it, or delete the remark"),
    (concat!("#[ig", "nore"), "a test runs or does not exist"),
];

pub(crate) fn run() -> anyhow::Result<()> {
    let mut findings = arrows()?;
    let mut code = String::new();
    for file in
        output(Command::new("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]))?.lines()
    {
        let Ok(text) = std::fs::read_to_string(root().join(file)) else { continue };
        if file.ends_with(".rs") {
            findings.extend(rust_file(file, &text));
            code += &text;
        }
    }
    for document in PROMISES {
        let text = std::fs::read_to_string(root().join(document))?;
        findings.extend(promised(&text).filter(|test| !is_there(test, &code)).map(|test| {
            format!("{document}: there is no test `{test}`; name the one that holds the promise, or write it")
        }));
    }
    for finding in &findings {
        eprintln!("{finding}");
    }
    if !findings.is_empty() {
        bail!("{} findings; the house is not tidy", findings.len());
    }
    println!("tidy: crate graph, file sizes, names and words are as they should be");
    Ok(())
}

fn arrows() -> anyhow::Result<Vec<String>> {
    let metadata = output(Command::new("cargo").args(["metadata", "--format-version", "1", "--no-deps"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let packages = metadata.get("packages").and_then(|p| p.as_array()).cloned().unwrap_or_default();
    let name =
        |value: &serde_json::Value| value.get("name").and_then(|n| n.as_str()).unwrap_or_default().to_owned();
    let ours: Vec<String> = packages.iter().map(name).collect();
    let mut findings = Vec::new();
    for package in &packages {
        let of = name(package);
        let Some(may_use) = allowed.get(of.as_str()) else {
            findings.push(format!(
                "crate `{of}` is not in the crate graph of xtask/src/tidy.rs and ARCHITECTURE.md"
            ));
            continue;
        };
        let dependencies =
            package.get("dependencies").and_then(|d| d.as_array()).cloned().unwrap_or_default();
        for dependency in &dependencies {
            let uses = name(dependency);
            let in_tests = dependency.get("kind").and_then(|k| k.as_str()) == Some("dev");
            if ours.contains(&uses) && !in_tests && !may_use.contains(&uses.as_str()) {
                findings.push(format!("crate `{of}` uses `{uses}`, against the arrows of ARCHITECTURE.md"));
            }
        }
    }
    Ok(findings)
}

/// Names of tests in a document: those between backticks that are sentences. One that ends with an ellipsis is the beginning of a name.
fn promised(text: &str) -> impl Iterator<Item = &str> {
    let is_name = |word: &&str| {
        let is_sentence = word.matches('_').count() >= 4 || word.ends_with("_…");
        is_sentence && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_…".contains(c))
    };
    text.split('`').skip(1).step_by(2).filter(is_name)
}

fn is_there(test: &str, code: &str) -> bool {
    match test.strip_suffix('…') {
        Some(beginning) => code.contains(&format!("fn {beginning}")),
        None => code.contains(&format!("fn {test}(")),
    }
}

fn rust_file(file: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let stem = file.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
    if EMPTY_NAMES.contains(&stem) {
        findings.push(format!("{file}: the name says nothing; name the idea"));
    }
    let is_test = ["/tests/", "/benches/", "fuzz/"].iter().any(|part| file.contains(part)) || stem == "tests";
    let lines: Vec<&str> = text.lines().collect();
    let tests_begin = lines.iter().position(|line| line.trim() == "mod tests {").unwrap_or(lines.len());
    if !is_test && tests_begin > FILE_LINES_MAX {
        findings
            .push(format!("{file}: {tests_begin} lines are more than {FILE_LINES_MAX}; split it by meaning"));
    }
    if !is_test && lines.len() - tests_begin > TEST_LINES_MAX {
        findings.push(format!(
            "{file}: its tests are longer than {TEST_LINES_MAX} lines; move them to a sibling"
        ));
    }
    for (number, line) in lines.iter().enumerate() {
        for (word, remedy) in FORBIDDEN {
            if line.contains(word) {
                findings.push(format!("{file}:{}: `{word}`: {remedy}", number + 1));
            }
        }
    }
    findings
}
