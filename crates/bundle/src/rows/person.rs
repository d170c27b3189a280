//! `people` and `households`.

use evidence::{BirthYear, HouseholdMember, Person};

use crate::{
    bad::BadCell,
    cells::Cells,
    row::{Links, Row, Sink},
    table::Table,
};

impl Row for Person {
    const TABLE: Table = Table::People;

    fn parse(cells: &Cells<'_>) -> Result<Self, BadCell> {
        let birth_year = cells.integer_if_any(1, BirthYear::new)?;
        if let (Some(year), Some(at)) = (birth_year, cells.read_for()) {
            // The latest civil year anywhere on Earth at that instant: clocks run up to 14 hours ahead of UTC.
            let last = jiff::tz::offset(14).to_datetime(at).year();
            if year.year() > last {
                return Err(cells.bad(
                    1,
                    &year.to_string(),
                    format!("is a birth after {at}, the instant the bundle is read for; correct it or leave it empty"),
                ));
            }
        }
        Ok(Person {
            person: cells.word(0)?,
            birth_year,
            sex: cells.word_if_any(2)?,
            region: cells.word_if_any(3)?,
            area: cells.word_if_any(4)?,
        })
    }

    fn write(&self, to: &mut dyn Sink) {
        to.text(self.person.as_str());
        to.integer_if_any(self.birth_year.map(|y| i64::from(y.year())));
        to.text_if_any(self.sex.map(|s| s.word()));
        to.text_if_any(self.region.as_ref().map(|r| r.as_str()));
        to.text_if_any(self.area.as_ref().map(|a| a.as_str()));
    }

    fn links(&self) -> Links<'_> {
        Links { own: Some([self.person.as_str(), ""]), ..Links::default() }
    }
}

impl Row for HouseholdMember {
    const TABLE: Table = Table::Households;

    fn parse(cells: &Cells<'_>) -> Result<Self, BadCell> {
        Ok(HouseholdMember { household: cells.word(0)?, person: cells.word(1)? })
    }

    fn write(&self, to: &mut dyn Sink) {
        to.text(self.household.as_str());
        to.text(self.person.as_str());
    }

    fn links(&self) -> Links<'_> {
        let own = Some([self.household.as_str(), self.person.as_str()]);
        Links { own, person: Some(self.person.as_str()), ..Links::default() }
    }
}
