//! `cleanbill pass trust-list | filter`

use std::path::Path;

use anyhow::{Context, bail};
use pass::{Edition, Help, PassId, TrustList, TrustListEntry, TrustedKey, Usages};

use super::{key, now, public_keys, random, read};
use crate::{
    arguments::{FilterArguments, PublishArguments, TrustListArguments},
    outcome::Outcome,
    result_file::write_whole,
    terminal,
};

fn edition(arguments: &PublishArguments) -> Edition {
    let issued = arguments.issued.unwrap_or_else(now);
    Edition { version: arguments.version_number, issued, expires: arguments.expires }
}

/// Publishes a trust list.
pub(super) fn trust_list(arguments: &TrustListArguments) -> anyhow::Result<Outcome> {
    let signer = key(&arguments.publish.key)?;
    let mut help = Help::new();
    for text in &arguments.help_text {
        let Some((language, text)) = text.split_once('=') else {
            bail!("--help-text {text}: write the language, `=` and the text, such as zh=12320");
        };
        help.insert(language.to_owned(), text.to_owned());
    }
    let mut entries = Vec::new();
    for file in &arguments.keys {
        for (key, spki) in public_keys(file)? {
            let key = TrustedKey {
                name: arguments.name.clone(),
                issuer: arguments.issuer.clone(),
                not_before: arguments.not_before,
                not_after: arguments.not_after,
                usages: Usages::PASS,
                help: help.clone(),
                ..key
            };
            entries.push(TrustListEntry { key, spki });
        }
    }
    let count = entries.len();
    let list = TrustList { edition: edition(&arguments.publish), entries };
    let bytes = issuer::publish_trust_list(&list, &signer)?;
    write_whole(&arguments.publish.out, &bytes)?;
    terminal::note(&format!("{}: {count} keys, {} bytes", arguments.publish.out.display(), bytes.len()));
    Ok(Outcome::Done)
}

/// Publishes a filter.
pub(super) fn filter(arguments: &FilterArguments) -> anyhow::Result<Outcome> {
    let signer = key(&arguments.publish.key)?;
    let revoked = ids(&arguments.revoked)?;
    let living = arguments.living.as_deref().map(ids).transpose()?.unwrap_or_default();
    let bytes = issuer::publish_filter(edition(&arguments.publish), &revoked, &living, &mut random, &signer)?;
    write_whole(&arguments.publish.out, &bytes)?;
    terminal::note(&format!(
        "{}: {} revoked passes, {} bytes",
        arguments.publish.out.display(),
        terminal::count(u64::try_from(revoked.len())?),
        bytes.len()
    ));
    Ok(Outcome::Done)
}

/// The ids in a file, one in every line; empty lines are allowed.
fn ids(file: &Path) -> anyhow::Result<Vec<PassId>> {
    let text = String::from_utf8(read(file)?).with_context(|| format!("{}: is not text", file.display()))?;
    let mut ids = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let Ok(id) = line.trim().parse() else {
            bail!(
                "{}:{}: `{line}` is not the id of a pass\n  remedy: write 16 hexadecimal digits",
                file.display(),
                index + 1
            );
        };
        ids.push(id);
    }
    Ok(ids)
}
