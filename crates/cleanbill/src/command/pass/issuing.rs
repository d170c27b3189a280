//! `cleanbill pass keygen | issue | prove`

use std::path::Path;

use anyhow::{Context, bail};
use evidence::Level;
use issuer::{PRIVATE_FILE, PUBLIC_FILE, Signer as _, SoftwareKey};
use jiff::Timestamp;
use pass::{Claims, HolderKey, LIFETIME_MAX, PublicKey, picture::Correction, proof::Unproven};

use super::{draw, key, now, public_keys, random};
use crate::{arguments::IssueArguments, outcome::Outcome, terminal};

/// Makes a key.
pub(super) fn keygen(out: &Path) -> anyhow::Result<Outcome> {
    let key = SoftwareKey::generate(&mut random);
    issuer::write_key_files(out, &key)?;
    terminal::note(&format!(
        "key {}: {} (keep it secret) and {} (give it away)",
        key.key_id(),
        out.join(PRIVATE_FILE).display(),
        out.join(PUBLIC_FILE).display()
    ));
    Ok(Outcome::Done)
}

/// Issues a pass and prints its text.
pub(super) fn issue(arguments: &IssueArguments) -> anyhow::Result<Outcome> {
    let signer = key(&arguments.key)?;
    let holder = arguments.holder.as_deref().map(holder).transpose()?;
    let help = match (&arguments.help_at, arguments.level) {
        (Some(text), _) => text.clone(),
        (None, level) if level == Level::Green || holder.is_some() => String::new(),
        (None, _) => format!("Ask {}", arguments.issuer),
    };
    let claims = Claims {
        issuer: arguments.issuer.clone(),
        issued: issued(arguments)?,
        expires: arguments.expires,
        id: arguments.id.unwrap_or_else(|| issuer::draw_id(None, &mut random)),
        holder,
        level: arguments.level,
        rule_set: arguments.rules.clone(),
        region: arguments.region.clone(),
        initials: arguments.initials.clone(),
        birthday: arguments.birthday,
        help,
    };
    let text = issuer::issue(&claims, &signer)?;
    let correction = if holder.is_some() { Correction::M } else { Correction::Q };
    draw(&text, correction, arguments.qr.qr.as_deref())?;
    anstream::println!("{text}");
    Ok(Outcome::Done)
}

fn issued(arguments: &IssueArguments) -> anyhow::Result<Timestamp> {
    let (now, expires) = (now(), arguments.expires);
    let issued = match arguments.issued {
        Some(issued) => issued,
        None if expires <= now => expires.checked_sub(LIFETIME_MAX).unwrap_or(Timestamp::MIN),
        None => now,
    };
    // To the second, as the pass has it.
    let issued = Timestamp::from_second(issued.as_second()).unwrap_or(issued);
    if expires.duration_since(issued) > LIFETIME_MAX {
        bail!(
            "--expires {expires}: a pass lasts at most 24 hours, this one from {issued} on would last longer\n  remedy: \
             end it earlier, or say with --issued when it begins"
        );
    }
    Ok(issued)
}

fn holder(file: &Path) -> anyhow::Result<HolderKey> {
    let keys = public_keys(file)?;
    let Some((key, _)) = keys.first() else {
        bail!("{}: has no public key", file.display());
    };
    let PublicKey::P256(point) = &key.key else {
        bail!("{}: the key of a phone is on P-256", file.display());
    };
    Ok(HolderKey::new(point)?)
}

/// Attaches a proof and prints the text.
pub(super) fn prove(text: &str, file: &Path, at: Timestamp, qr: Option<&Path>) -> anyhow::Result<Outcome> {
    let phone = key(file)?;
    let unproven = Unproven::new(text.trim(), at).context("the text is not a pass")?;
    let signature = phone.sign(&unproven.to_be_signed())?;
    let text = unproven.attach(&signature)?;
    draw(&text, Correction::M, qr)?;
    anstream::println!("{text}");
    Ok(Outcome::Done)
}
