//! `declarations` and `checks`.

use evidence::{About, Check, Declaration, Symptoms, Temperature};

use crate::{
    bad::BadCell,
    cells::Cells,
    row::{Links, Row, Sink},
    table::Table,
};

impl Row for About<Declaration> {
    const TABLE: Table = Table::Declarations;

    fn parse(cells: &Cells<'_>) -> Result<Self, BadCell> {
        let says = Declaration { at: cells.instant(1)?, symptoms: symptoms(cells, 2)? };
        Ok(About { person: cells.word(0)?, says })
    }

    fn write(&self, to: &mut dyn Sink) {
        to.text(self.person.as_str());
        to.instant(self.says.at);
        to.text(&self.says.symptoms.to_string());
    }

    fn links(&self) -> Links<'_> {
        Links { person: Some(self.person.as_str()), ..Links::default() }
    }
}

impl Row for About<Check> {
    const TABLE: Table = Table::Checks;

    fn parse(cells: &Cells<'_>) -> Result<Self, BadCell> {
        let says = Check {
            at: cells.instant(1)?,
            temperature: cells.decimal_if_any(2, Temperature::from_celsius)?,
            symptoms: symptoms(cells, 3)?,
            by: cells.word(4)?,
        };
        Ok(About { person: cells.word(0)?, says })
    }

    fn write(&self, to: &mut dyn Sink) {
        to.text(self.person.as_str());
        to.instant(self.says.at);
        to.decimal_if_any(self.says.temperature.map(Temperature::celsius));
        to.text(&self.says.symptoms.to_string());
        to.text(self.says.by.word());
    }

    fn links(&self) -> Links<'_> {
        Links { person: Some(self.person.as_str()), ..Links::default() }
    }
}

/// Symptoms separated by `;`; an empty cell is none.
fn symptoms(cells: &Cells<'_>, column: usize) -> Result<Symptoms, BadCell> {
    Ok(cells.word_if_any(column)?.unwrap_or(Symptoms::NONE))
}
