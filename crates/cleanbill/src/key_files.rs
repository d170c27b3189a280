//! The keys of an office in files that only their owner reads.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow, bail};
use data_encoding::BASE64;
use issuer::SoftwareKey;
use jiff::Timestamp;
use ledger::{KeyKind, PrivateKey};
use serde::{Deserialize, Serialize};
use store::MasterKey;
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use crate::{config::KeysConfig, machine::random_bytes};

/// Ending of the files of keys that sign passes.
const PASS_KEY_ENDING: &str = "pem";

/// 32 secret bytes, as text in a file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Bytes(Zeroizing<[u8; 32]>);

impl Bytes {
    /// Bytes that nobody can guess.
    pub(crate) fn draw() -> Self {
        Bytes(Zeroizing::new(random_bytes()))
    }
}

impl TryFrom<String> for Bytes {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let text = Zeroizing::new(text);
        let bytes = Zeroizing::new(BASE64.decode(text.trim().as_bytes()).unwrap_or_default());
        let bytes: Result<[u8; 32], _> = bytes.as_slice().try_into();
        bytes.map(|bytes| Bytes(Zeroizing::new(bytes))).map_err(|_| "a key is 32 bytes in base64".to_owned())
    }
}

impl From<Bytes> for String {
    fn from(bytes: Bytes) -> String {
        BASE64.encode(bytes.0.as_slice())
    }
}

/// What stands in the file of the master key.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MasterFile {
    /// Seals.
    pub(crate) current: Bytes,
    /// Opens what is not yet sealed anew, and backups made before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) previous: Option<Bytes>,
}

impl MasterFile {
    /// Reads the file.
    pub(crate) fn read(file: &Path) -> anyhow::Result<Self> {
        let text = read_private(file)?;
        // The parser's message could show a part of a key.
        toml::from_str(&text).map_err(|_| not_a_key(file))
    }

    /// Writes the file in the place of what was there, as a whole or not at all.
    pub(crate) fn write(&self, file: &Path) -> anyhow::Result<()> {
        let text = Zeroizing::new(toml::to_string(self).context("a key as text")?);
        write_private(file, text.as_bytes(), Replace::Yes)
    }
}

fn not_a_key(file: &Path) -> anyhow::Error {
    anyhow!("{}: holds no key\n  remedy: put back the copy you keep of it", file.display())
}

/// Reads the master key with the key by which people are found.
pub(crate) fn read_master(keys: &KeysConfig) -> anyhow::Result<MasterKey> {
    let MasterFile { current, previous } = MasterFile::read(&keys.master)?;
    let lookup = read_private(&keys.lookup)?;
    let lookup = Bytes::try_from(lookup.trim().to_owned()).map_err(|_| not_a_key(&keys.lookup))?;
    let master = MasterKey::new(*current.0, *lookup.0);
    Ok(match previous {
        Some(previous) => master.following(*previous.0),
        None => master,
    })
}

/// Reads the key of the log.
pub(crate) fn read_log_key(file: &Path) -> anyhow::Result<PrivateKey> {
    let text = read_private(file)?;
    text.trim().parse().map_err(|error| anyhow!("{}: {error}", file.display()))
}

/// The keys that sign passes, each with the instant from which it signs, the first first.
pub(crate) fn read_pass_keys(folder: &Path) -> anyhow::Result<Vec<(Timestamp, SoftwareKey)>> {
    let mut keys = Vec::new();
    for (from, file) in pass_key_files(folder)? {
        keys.push((from, issuer::read_key_file(&file)?));
    }
    Ok(keys)
}

/// The files of keys that sign passes, the first first.
pub(crate) fn pass_key_files(folder: &Path) -> anyhow::Result<Vec<(Timestamp, PathBuf)>> {
    let place = || format!("{}: cannot be read", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(place)? {
        let file = entry.with_context(place)?.path();
        let name = file.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with('.') {
            continue; // unfinished
        }
        let from: Option<Timestamp> = from_name(name);
        let is_key = file.extension().is_some_and(|ending| ending == PASS_KEY_ENDING);
        match from {
            Some(from) if is_key => files.push((from, file)),
            _ => bail!(
                "{}: is no key that signs passes\n  remedy: only files such as 20261125T080000Z.pem belong here; move it away",
                file.display()
            ),
        }
    }
    files.sort();
    Ok(files)
}

/// The instant that a file is named by, such as `20261125T080000Z`.
pub(crate) fn from_name(name: &str) -> Option<Timestamp> {
    let civil: jiff::civil::DateTime = name.strip_suffix('Z')?.parse().ok()?;
    jiff::tz::TimeZone::UTC.to_timestamp(civil).ok()
}

/// Writes a key that signs passes from an instant on, to the second.
pub(crate) fn write_pass_key(folder: &Path, from: Timestamp, key: &SoftwareKey) -> anyhow::Result<PathBuf> {
    let name = from.strftime("%Y%m%dT%H%M%SZ").to_string();
    let file = folder.join(name).with_extension(PASS_KEY_ENDING);
    write_private(&file, key.to_pem()?.as_bytes(), Replace::No)?;
    Ok(file)
}

/// Makes every key of an office; `origin` names its log.
pub(crate) fn make_all(keys: &KeysConfig, origin: &str, at: Timestamp) -> anyhow::Result<()> {
    MasterFile { current: Bytes::draw(), previous: None }.write(&keys.master)?;
    let lookup = Zeroizing::new(String::from(Bytes::draw()) + "\n");
    write_private(&keys.lookup, lookup.as_bytes(), Replace::No)?;
    let key = || SoftwareKey::generate(&mut crate::machine::random);
    write_pass_key(&keys.passes, at, &key())?;
    write_private(&keys.publisher, key().to_pem()?.as_bytes(), Replace::No)?;
    write_private(&keys.documents, key().to_pem()?.as_bytes(), Replace::No)?;
    let log = PrivateKey::from_seed(origin, KeyKind::Log, random_bytes())
        .with_context(|| format!("the log cannot be named `{origin}`"))?;
    let text = Zeroizing::new(log.to_secret_text() + "\n");
    write_private(&keys.log, text.as_bytes(), Replace::No)
}

/// Whether a file may be replaced.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replace {
    /// It may.
    Yes,
    /// It may not.
    No,
}

/// Writes a file that only its owner reads, as a whole or not at all.
pub(crate) fn write_private(file: &Path, content: &[u8], replace: Replace) -> anyhow::Result<()> {
    let place = || format!("{}: cannot be written", file.display());
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(place)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).with_context(place)?;
    // A temporary file is made with mode 600.
    let mut unfinished = NamedTempFile::with_prefix_in(".unfinished-", folder).with_context(place)?;
    unfinished.write_all(content).and_then(|()| unfinished.as_file().sync_all()).with_context(place)?;
    match replace {
        Replace::Yes => unfinished.persist(file).map_err(|error| error.error).with_context(place)?,
        Replace::No => unfinished.persist_noclobber(file).map_err(|error| error.error).with_context(place)?,
    };
    fs::File::open(folder).and_then(|folder| folder.sync_all()).with_context(place)
}

/// Who may read a private file, when it is more than its owner: its mode.
pub(crate) fn open_to_others(file: &Path) -> anyhow::Result<Option<u32>> {
    let metadata = fs::metadata(file).with_context(|| format!("{}: cannot be read", file.display()))?;
    let mode = metadata.permissions().mode() & 0o777;
    Ok((mode & 0o077 != 0).then_some(mode))
}

/// Reads a file that only its owner may read.
fn read_private(file: &Path) -> anyhow::Result<Zeroizing<String>> {
    if let Some(mode) = open_to_others(file)? {
        bail!(
            "{}: may be read by others (mode {mode:o})\n  remedy: run `chmod 600 {0}`, and replace the key if others could have read it",
            file.display()
        );
    }
    let text = fs::read_to_string(file).with_context(|| format!("{}: cannot be read", file.display()))?;
    Ok(Zeroizing::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_master_key_survives_its_file_and_shows_itself_to_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys/master.key");
        let (first, second) = (Bytes::draw(), Bytes::draw());
        MasterFile { current: first.clone(), previous: None }.write(&file).unwrap();
        assert!(MasterFile::read(&file).unwrap().previous.is_none());
        MasterFile { current: second.clone(), previous: Some(first.clone()) }.write(&file).unwrap();
        let read = MasterFile::read(&file).unwrap();
        assert!(read.current == second && read.previous == Some(first));
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        let error = MasterFile::read(&file).err().unwrap().to_string();
        assert!(error.contains("may be read by others (mode 644)") && error.contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_broken_master_key_is_named_without_showing_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("master.key");
        write_private(&file, b"current = \"c2VjcmV0\"\n", Replace::No).unwrap();
        let error = MasterFile::read(&file).err().unwrap().to_string();
        assert!(error.contains("holds no key") && !error.contains("c2VjcmV0"), "{error}");
    }

    #[test]
    fn keys_that_sign_passes_are_read_in_the_order_of_their_instants() {
        let folder = tempfile::tempdir().unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let key = || SoftwareKey::generate(&mut crate::machine::random);
        write_pass_key(folder.path(), at("2026-11-26T08:00:00Z"), &key()).unwrap();
        write_pass_key(folder.path(), at("2026-11-25T08:00:00Z"), &key()).unwrap();
        let read: Vec<Timestamp> =
            read_pass_keys(folder.path()).unwrap().into_iter().map(|(from, _)| from).collect();
        assert_eq!(read, [at("2026-11-25T08:00:00Z"), at("2026-11-26T08:00:00Z")]);
        assert!(write_pass_key(folder.path(), at("2026-11-25T08:00:00Z"), &key()).is_err(), "never replaced");
        fs::write(folder.path().join("notes.txt"), "x").unwrap();
        assert!(read_pass_keys(folder.path()).unwrap_err().to_string().contains("notes.txt"));
    }
}
