//! `cleanbill pass verify`

use std::{
    borrow::Cow,
    fs,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use pass::{Checker, Policy, Revocations, TrustStore, TrustedKey, Verdict, picture, read_trust_file};
use rayon::prelude::*;

use super::{now, public_keys, read};
use crate::{
    arguments::{SourceArguments, VerifyArguments},
    outcome::Outcome,
    terminal,
};

/// Lines checked before they are printed; bounds the memory.
const LINES_AT_ONCE: usize = 1 << 13;
/// Lines that one thread checks in a row.
const LINES_IN_A_ROW: usize = 256;

/// Checks passes and prints a line for each.
pub(super) fn verify(arguments: &VerifyArguments) -> anyhow::Result<Outcome> {
    let checker = checker(arguments)?;
    let at = arguments.at.unwrap_or_else(now);
    let content = passes(&arguments.source)?;
    let lines = lines(&content, arguments.source.file.is_some());
    let progress = terminal::progress("passes", u64::try_from(lines.len()).unwrap_or(u64::MAX));
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut all_admitted = true;
    for some in lines.chunks(LINES_AT_ONCE) {
        let answers =
            some.par_chunks(LINES_IN_A_ROW).map(|lines| check_lines(&mut checker.clone(), lines, at));
        for answer in answers.collect::<Result<Vec<_>, _>>()? {
            all_admitted &= answer.1;
            out.write_all(&answer.0)?;
        }
        progress.inc(u64::try_from(some.len()).unwrap_or(u64::MAX));
    }
    out.flush()?;
    progress.finish_and_clear();
    Ok(if all_admitted { Outcome::Done } else { Outcome::No })
}

/// The answers on some lines, and whether all were admitted.
fn check_lines(
    checker: &mut Checker,
    lines: &[Cow<'_, str>],
    at: Timestamp,
) -> anyhow::Result<(Vec<u8>, bool)> {
    let mut answers = Vec::with_capacity(256 * lines.len());
    let mut all_admitted = true;
    for line in lines {
        let checked = checker.check(line, at);
        all_admitted &= checked.verdict() == Verdict::Admit;
        serde_json::to_writer(&mut answers, &checked)?;
        answers.push(b'\n');
    }
    Ok((answers, all_admitted))
}

/// What was given to be checked: a text, the text of a picture, or a file of texts.
pub(super) fn passes(source: &SourceArguments) -> anyhow::Result<Vec<u8>> {
    if let Some(file) = &source.image {
        let text = picture::read(&read(file)?).with_context(|| format!("{}", file.display()))?;
        return Ok(text.into_bytes());
    }
    if let Some(file) = &source.file {
        return read(file);
    }
    Ok(source.text.clone().unwrap_or_default().into_bytes())
}

/// The texts; bytes that are no text come out as characters that no pass has. An end of line ends a line of a list and
/// starts no other.
pub(super) fn lines(content: &[u8], is_list: bool) -> Vec<Cow<'_, str>> {
    if !is_list {
        return vec![String::from_utf8_lossy(content.trim_ascii())];
    }
    let content = content.strip_suffix(b"\n").unwrap_or(content);
    if content.is_empty() {
        return Vec::new();
    }
    let lines = content.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.map(String::from_utf8_lossy).collect()
}

/// A checker with what the arguments say to trust.
pub(super) fn checker(arguments: &VerifyArguments) -> anyhow::Result<Checker> {
    let files = trust_files(&arguments.trust)?;
    let mut anchors: Vec<TrustedKey> = Vec::new();
    for file in &arguments.anchor {
        anchors.extend(public_keys(file)?.into_iter().map(|(key, _)| key));
    }
    if arguments.anchor.is_empty() {
        // A bare public key that was given by hand is trusted for everything.
        let bare = files
            .iter()
            .filter_map(|(file, bytes)| pass::read_public_keys(bytes, &file.display().to_string()).ok());
        anchors.extend(bare.flatten().map(|(key, _)| key));
    }
    let mut trust = TrustStore::default();
    for (file, bytes) in &files {
        let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let keys = read_trust_file(bytes, &name, &anchors).with_context(|| format!("{}", file.display()))?;
        trust.merge(keys);
    }
    let tolerance = SignedDuration::from_secs(arguments.proof_tolerance.into());
    let policy =
        Policy { proof_tolerance: tolerance, is_essential: arguments.essential, ..Policy::default() };
    let checker = Checker::new(trust, policy);
    let Some(file) = &arguments.filter else {
        return Ok(checker);
    };
    if anchors.is_empty() {
        anyhow::bail!(
            "{}: a filter is signed\n  remedy: give its publisher's public key with --anchor",
            file.display()
        );
    }
    let filter = Revocations::read(&read(file)?, &anchors).with_context(|| format!("{}", file.display()))?;
    Ok(checker.with_revocations(filter))
}

/// The files given, and those in the folders given, by name.
fn trust_files(given: &[PathBuf]) -> anyhow::Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut files = Vec::new();
    for path in given {
        if path.is_dir() {
            files.extend(files_in(path)?);
        } else {
            files.push(path.clone());
        }
    }
    files.into_iter().map(|file| read(&file).map(|bytes| (file, bytes))).collect()
}

fn files_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let place = || format!("{}: cannot be read", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(place)? {
        let file = entry.with_context(place)?.path();
        if file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}
