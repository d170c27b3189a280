//! `rulings`.

use evidence::{About, Effect, Level, Ruling};
use jiff::SignedDuration;

use crate::{
    bad::BadCell,
    cells::Cells,
    row::{Links, Row, Sink},
    table::Table,
};

/// Longest time an override may last (requirement R4).
const OVERRIDE_MAX: SignedDuration = SignedDuration::from_hours(14 * 24);

impl Row for About<Ruling> {
    const TABLE: Table = Table::Rulings;

    fn parse(cells: &Cells<'_>) -> Result<Self, BadCell> {
        let says = Ruling {
            ruling: cells.word(0)?,
            reason: cells.word(2)?,
            effect: cells.word(3)?,
            from: cells.instant(4)?,
            to: cells.instant(5)?,
            ground: cells.free_text(6)?,
            by: cells.word(7)?,
            second: cells.word_if_any(8)?,
        };
        if says.to <= says.from {
            let why = format!("is not after `from` ({}); a ruling ends after it starts", says.from);
            return Err(cells.bad(5, &says.to.to_string(), why));
        }
        if let Effect::Set(Level::Yellow | Level::Red) = says.effect {
            refuse_one_sided_override(cells, &says)?;
        }
        Ok(About { person: cells.word(1)?, says })
    }

    fn write(&self, to: &mut dyn Sink) {
        let says = &self.says;
        to.text(says.ruling.as_str());
        to.text(self.person.as_str());
        to.text(&says.reason.to_string());
        to.text(&says.effect.to_string());
        to.instant(says.from);
        to.instant(says.to);
        to.text(&says.ground);
        to.text(says.by.as_str());
        to.text_if_any(says.second.as_ref().map(|s| s.as_str()));
    }

    fn links(&self) -> Links<'_> {
        Links {
            own: Some([self.says.ruling.as_str(), ""]),
            person: Some(self.person.as_str()),
            ..Links::default()
        }
    }
}

/// Nobody can set a person yellow or red alone, or for longer than 14 days (requirement R4).
fn refuse_one_sided_override(cells: &Cells<'_>, says: &Ruling) -> Result<(), BadCell> {
    match &says.second {
        None => {
            return Err(cells.bad(
                8,
                "",
                "is empty: setting a person yellow or red takes two officers; name the second",
            ));
        }
        Some(second) if *second == says.by => {
            let why = "is the officer in `by`: setting a person yellow or red takes two different officers";
            return Err(cells.bad(8, second.as_str(), why));
        }
        Some(_) => {}
    }
    if says.from.duration_until(says.to) > OVERRIDE_MAX {
        let why = "lies more than 14 days after `from`; a ruling that sets a person yellow or red lasts 14 days at most";
        return Err(cells.bad(5, &says.to.to_string(), why));
    }
    Ok(())
}
