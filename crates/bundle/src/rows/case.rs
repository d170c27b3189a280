//! `cases`.

use evidence::{About, Case};

use crate::{
    bad::BadCell,
    cells::Cells,
    row::{Links, Row, Sink},
    table::Table,
};

impl Row for About<Case> {
    const TABLE: Table = Table::Cases;

    fn parse(cells: &Cells<'_>) -> Result<Self, BadCell> {
        let says = Case {
            case: cells.word(0)?,
            status: cells.word(2)?,
            onset: cells.instant_if_any(3)?,
            confirmed: cells.instant_if_any(4)?,
            isolated: cells.instant_if_any(5)?,
            recovered: cells.instant_if_any(6)?,
        };
        // Nobody is well again before falling ill. The other dates may come in any order: a contact is isolated and
        // confirmed before the first symptom, and a confirmation may arrive after recovery.
        cells.in_order((3, says.onset), (6, says.recovered))?;
        Ok(About { person: cells.word(1)?, says })
    }

    fn write(&self, to: &mut dyn Sink) {
        to.text(self.says.case.as_str());
        to.text(self.person.as_str());
        to.text(self.says.status.word());
        to.instant_if_any(self.says.onset);
        to.instant_if_any(self.says.confirmed);
        to.instant_if_any(self.says.isolated);
        to.instant_if_any(self.says.recovered);
    }

    fn links(&self) -> Links<'_> {
        Links {
            own: Some([self.says.case.as_str(), ""]),
            person: Some(self.person.as_str()),
            ..Links::default()
        }
    }
}
