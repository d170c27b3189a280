//! `named_contacts`.

use evidence::NamedContact;

use crate::{
    bad::BadCell,
    cells::Cells,
    row::{Links, Row, Sink},
    table::Table,
};

impl Row for NamedContact {
    const TABLE: Table = Table::NamedContacts;

    fn parse(cells: &Cells<'_>) -> Result<Self, BadCell> {
        let row = NamedContact {
            case: cells.word(0)?,
            person: cells.word(1)?,
            from: cells.instant(2)?,
            to: cells.instant_if_any(3)?,
            setting: cells.free_text_if_any(4)?,
        };
        cells.in_order((2, Some(row.from)), (3, row.to))?;
        Ok(row)
    }

    fn write(&self, to: &mut dyn Sink) {
        to.text(self.case.as_str());
        to.text(self.person.as_str());
        to.instant(self.from);
        to.instant_if_any(self.to);
        to.text_if_any(self.setting.as_deref());
    }

    fn links(&self) -> Links<'_> {
        Links { person: Some(self.person.as_str()), case: Some(self.case.as_str()), ..Links::default() }
    }
}
