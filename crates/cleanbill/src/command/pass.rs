//! `cleanbill pass`: issue passes, carry them, check them.

mod checking;
mod inspect;
mod issuing;
mod publishing;

use std::{fs, path::Path};

use anyhow::{Context, bail};
use issuer::SoftwareKey;
use pass::{
    TrustedKey,
    picture::{Correction, Qr},
};

use crate::{
    arguments::PassCommand,
    machine::{now, random},
    outcome::Outcome,
    result_file::write_whole,
    terminal,
};

/// Pixels for every module of a QR code: 10 make a module of 0.85 mm at 300 dots per inch.
const QR_SCALE: u32 = 10;

/// Runs what was typed.
pub(crate) fn run(command: &PassCommand) -> anyhow::Result<Outcome> {
    match command {
        PassCommand::Keygen { out } => issuing::keygen(out),
        PassCommand::Issue(arguments) => issuing::issue(arguments),
        PassCommand::Prove { text, key, at, qr } => {
            issuing::prove(text, key, at.unwrap_or_else(now), qr.qr.as_deref())
        }
        PassCommand::Verify(arguments) => checking::verify(arguments),
        PassCommand::Inspect { steps, passes } => inspect::run(passes, *steps),
        PassCommand::TrustList(arguments) => publishing::trust_list(arguments),
        PassCommand::Filter(arguments) => publishing::filter(arguments),
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("{}: cannot be read", file.display()))
}

fn key(file: &Path) -> anyhow::Result<SoftwareKey> {
    Ok(issuer::read_key_file(file)?)
}

/// The bare public keys in a file.
fn public_keys(file: &Path) -> anyhow::Result<Vec<(TrustedKey, Vec<u8>)>> {
    let bytes = read(file)?;
    let keys = pass::read_public_keys(&bytes, &file.display().to_string());
    keys.with_context(|| format!("{}: has no public key in PEM or DER", file.display()))
}

/// Draws a text where it was asked for.
fn draw(text: &str, correction: Correction, out: Option<&Path>) -> anyhow::Result<()> {
    let Some(file) = out else { return Ok(()) };
    let qr = Qr::new(text, correction)?;
    if file == Path::new("-") {
        terminal::note(&qr.to_terminal());
        return Ok(());
    }
    let picture = match file.extension().and_then(|ending| ending.to_str()) {
        Some("png") => qr.to_png(QR_SCALE)?,
        Some("svg") => qr.to_svg().into_bytes(),
        _ => bail!(
            "{}: a QR code is drawn as .png or .svg\n  remedy: name the file so, or `-` for the terminal",
            file.display()
        ),
    };
    write_whole(file, &picture)
}
