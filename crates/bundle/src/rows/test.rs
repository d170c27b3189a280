//! `tests`.

use evidence::{About, Test};

use crate::{
    bad::BadCell,
    cells::Cells,
    row::{Links, Row, Sink},
    table::Table,
};

impl Row for About<Test> {
    const TABLE: Table = Table::Tests;

    fn parse(cells: &Cells<'_>) -> Result<Self, BadCell> {
        let says = Test {
            test: cells.word(0)?,
            sampled: cells.instant(2)?,
            reported: cells.instant_if_any(3)?,
            method: cells.word(4)?,
            result: cells.word(5)?,
        };
        cells.in_order((2, Some(says.sampled)), (3, says.reported))?;
        Ok(About { person: cells.word(1)?, says })
    }

    fn write(&self, to: &mut dyn Sink) {
        to.text(self.says.test.as_str());
        to.text(self.person.as_str());
        to.instant(self.says.sampled);
        to.instant_if_any(self.says.reported);
        to.text(self.says.method.word());
        to.text(self.says.result.word());
    }

    fn links(&self) -> Links<'_> {
        Links {
            own: Some([self.says.test.as_str(), ""]),
            person: Some(self.person.as_str()),
            ..Links::default()
        }
    }
}
