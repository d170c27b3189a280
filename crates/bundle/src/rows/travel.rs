//! `trips`.

use evidence::{About, Trip};

use crate::{
    bad::BadCell,
    cells::Cells,
    row::{Links, Row, Sink},
    table::Table,
};

impl Row for About<Trip> {
    const TABLE: Table = Table::Trips;

    fn parse(cells: &Cells<'_>) -> Result<Self, BadCell> {
        let says = Trip {
            vehicle: cells.word(1)?,
            mode: cells.word(2)?,
            car: cells.word_if_any(3)?,
            row: cells.integer_if_any(4, row)?,
            seat: cells.word_if_any(5)?,
            departed: cells.instant(6)?,
            arrived: cells.instant(7)?,
        };
        cells.in_order((6, Some(says.departed)), (7, Some(says.arrived)))?;
        Ok(About { person: cells.word(0)?, says })
    }

    fn write(&self, to: &mut dyn Sink) {
        to.text(self.person.as_str());
        to.text(self.says.vehicle.as_str());
        to.text(self.says.mode.word());
        to.text_if_any(self.says.car.as_deref());
        to.integer_if_any(self.says.row.map(i64::from));
        to.text_if_any(self.says.seat.as_deref());
        to.instant(self.says.departed);
        to.instant(self.says.arrived);
    }

    fn links(&self) -> Links<'_> {
        Links { person: Some(self.person.as_str()), ..Links::default() }
    }
}

fn row(number: i64) -> Result<u16, &'static str> {
    u16::try_from(number).map_err(|_| "is not a row of seats; rows are counted from the front, 0 to 65535")
}
