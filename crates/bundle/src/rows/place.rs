//! `regions`, `venues`, `stays` and `visits`.

use std::convert::Infallible;

use evidence::{About, Position, RegionPeriod, Stay, Venue, Visit};

use crate::{
    bad::BadCell,
    cells::Cells,
    row::{Links, Row, Sink},
    table::Table,
};

impl Row for RegionPeriod {
    const TABLE: Table = Table::Regions;

    fn parse(cells: &Cells<'_>) -> Result<Self, BadCell> {
        let row = RegionPeriod {
            region: cells.word(0)?,
            level: cells.word(1)?,
            from: cells.instant(2)?,
            to: cells.instant_if_any(3)?,
        };
        cells.in_order((2, Some(row.from)), (3, row.to))?;
        Ok(row)
    }

    fn write(&self, to: &mut dyn Sink) {
        to.text(self.region.as_str());
        to.text(self.level.word());
        to.instant(self.from);
        to.instant_if_any(self.to);
    }

    fn links(&self) -> Links<'_> {
        Links::default()
    }
}

impl Row for Venue {
    const TABLE: Table = Table::Venues;

    fn parse(cells: &Cells<'_>) -> Result<Self, BadCell> {
        let row = Venue {
            venue: cells.word(0)?,
            name: cells.free_text_if_any(1)?,
            kind: cells.word(2)?,
            position: position(cells)?,
        };
        Ok(row)
    }

    fn write(&self, to: &mut dyn Sink) {
        to.text(self.venue.as_str());
        to.text_if_any(self.name.as_deref());
        to.text(self.kind.as_str());
        to.decimal_if_any(self.position.map(Position::latitude));
        to.decimal_if_any(self.position.map(Position::longitude));
    }

    fn links(&self) -> Links<'_> {
        Links { own: Some([self.venue.as_str(), ""]), ..Links::default() }
    }
}

fn position(cells: &Cells<'_>) -> Result<Option<Position>, BadCell> {
    let any = |number: f64| Ok::<_, Infallible>(number);
    let latitude = cells.decimal_if_any(3, |lat| Position::new(lat, 0.0).map(Position::latitude))?;
    let longitude = cells.decimal_if_any(4, any)?;
    match (latitude, longitude) {
        (Some(latitude), Some(longitude)) => Position::new(latitude, longitude)
            .map(Some)
            .map_err(|e| cells.bad(4, &longitude.to_string(), e.to_string())),
        (None, None) => Ok(None),
        (Some(_), None) => Err(cells.bad(4, "", "is empty where `lat` is filled; fill in both or neither")),
        (None, Some(_)) => Err(cells.bad(3, "", "is empty where `lon` is filled; fill in both or neither")),
    }
}

impl Row for About<Stay> {
    const TABLE: Table = Table::Stays;

    fn parse(cells: &Cells<'_>) -> Result<Self, BadCell> {
        // The region's level is joined from `regions` by whoever rates: here nobody has said it.
        let says = Stay {
            region: cells.word(1)?,
            region_level: None,
            arrived: cells.instant(2)?,
            left: cells.instant_if_any(3)?,
        };
        cells.in_order((2, Some(says.arrived)), (3, says.left))?;
        Ok(About { person: cells.word(0)?, says })
    }

    fn write(&self, to: &mut dyn Sink) {
        to.text(self.person.as_str());
        to.text(self.says.region.as_str());
        to.instant(self.says.arrived);
        to.instant_if_any(self.says.left);
    }

    fn links(&self) -> Links<'_> {
        Links { person: Some(self.person.as_str()), ..Links::default() }
    }
}

impl Row for About<Visit> {
    const TABLE: Table = Table::Visits;

    fn parse(cells: &Cells<'_>) -> Result<Self, BadCell> {
        let says =
            Visit { venue: cells.word(1)?, entered: cells.instant(2)?, left: cells.instant_if_any(3)? };
        cells.in_order((2, Some(says.entered)), (3, says.left))?;
        Ok(About { person: cells.word(0)?, says })
    }

    fn write(&self, to: &mut dyn Sink) {
        to.text(self.person.as_str());
        to.text(self.says.venue.as_str());
        to.instant(self.says.entered);
        to.instant_if_any(self.says.left);
    }

    fn links(&self) -> Links<'_> {
        Links {
            person: Some(self.person.as_str()),
            venue: Some(self.says.venue.as_str()),
            ..Links::default()
        }
    }
}
