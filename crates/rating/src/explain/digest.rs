//! A fingerprint of everything a rating was made from.

use std::fmt::Write as _;

use evidence::Ruling;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::{
    cases_met::Given,
    field::{Field, FieldType, fields_of},
    piece::{Evidence, Piece},
    rule_set::RuleSet,
};

/// SHA-256, in hexadecimal, over the rule set's document, the instant, and one line for each version of evidence and
/// each ruling that was known then, sorted.
///
/// A line is the evidence id, the instant from which the version is known, and every field that is there as
/// `name=value`, separated by `|`: times as RFC 3339 in UTC, symptoms separated by `;`, numbers in the shortest form
/// that reads back the same. The case behind an exposure is not part of it.
#[must_use]
pub fn inputs_digest(rule_set: &RuleSet, evidence: &Evidence, at: Timestamp) -> String {
    let mut lines: Vec<String> = evidence.pieces.iter().filter(|p| p.known <= at).map(piece_line).collect();
    lines.extend(evidence.rulings.iter().filter(|ruling| ruling.from <= at).map(ruling_line));
    lines.sort_unstable();
    let mut hash = Sha256::new();
    hash.update(hexadecimal(&rule_set.digest));
    hash.update(format!("\n{at}\n"));
    for line in lines {
        hash.update(line);
        hash.update("\n");
    }
    hexadecimal(&hash.finalize())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn piece_line(piece: &Piece) -> String {
    let mut line = format!("{}|known={}", piece.evidence_id(), piece.known);
    for (name, field, of) in fields_of(piece.says.kind()).unwrap_or_default() {
        if let Some(value) = value(piece, *field, *of) {
            let _ = write!(line, "|{name}={value}");
        }
    }
    line
}

fn value(piece: &Piece, field: Field, of: FieldType) -> Option<String> {
    let says = &piece.says;
    match of {
        FieldType::Symptoms => field.symptoms(says).map(|s| s.to_string()),
        FieldType::Word(words) => {
            let position = usize::try_from(field.word(says)?).ok()?;
            words.get(position).map(|word| (*word).to_owned())
        }
        FieldType::Text => field.text(says).map(str::to_owned),
        // How many cases were met follows from the exposures, which have lines of their own.
        FieldType::Number => field.number(Given { says, cases_met: 0 }).map(|number| number.to_string()),
        FieldType::Time => field.time(says).map(|at| at.to_string()),
    }
}

fn ruling_line(ruling: &Ruling) -> String {
    let Ruling { ruling: id, reason, effect, from, to, .. } = ruling;
    format!("ruling:{id}|reason={reason}|effect={effect}|from={from}|to={to}")
}
