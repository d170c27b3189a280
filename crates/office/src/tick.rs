//! Time does the rest: what is due happens, and what is no longer to be kept is forgotten.

use evidence::EvidenceKind;
use jiff::SignedDuration;
use jiff::civil::Date;

use crate::{
    desk::{Desk, day_of},
    error::OfficeError,
    kept::Rated,
    office::{Office, transact},
};

/// What is done in one transaction.
const AT_ONCE: u32 = 200;

/// What a tick did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ticked {
    /// Colours that changed by themselves, or were looked at again because they might.
    pub rerated: u64,
    /// Appeals that were decided for people because nobody decided in time.
    pub decided: u64,
    /// Records forgotten.
    pub forgotten: u64,
    /// Days whose visits became noise.
    pub days_destroyed: u64,
}

impl Desk<'_> {
    /// The first day whose visits are kept: a day is over when its last instant is older than visits are kept.
    pub(crate) fn first_day_kept(&self) -> Date {
        day_of(self.ago(EvidenceKind::Visit.retention().unwrap_or(SignedDuration::ZERO)))
    }
}

impl Office {
    /// Does everything that is due. It may be stopped at any moment, and is to be called again and again.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn tick(&self) -> Result<Ticked, OfficeError> {
        let forgotten = transact!(self, |desk| { Ok(desk.tx.forget_until(desk.at).await?) })?;
        let mut ticked = Ticked {
            forgotten: forgotten.into_iter().map(|(_, number)| number).sum(),
            days_destroyed: self.destroy_days().await?,
            ..Ticked::default()
        };
        loop {
            let decided = transact!(self, |desk| { desk.decide_overdue(AT_ONCE).await })?;
            ticked.decided += decided;
            if decided < u64::from(AT_ONCE) {
                break;
            }
        }
        while let Some(rerated) = transact!(self, |desk| { desk.rate_stays().await })? {
            ticked.rerated += rerated;
        }
        loop {
            let rerated = transact!(self, |desk| {
                let due = desk.due::<Rated>(AT_ONCE).await?;
                for rated in &due {
                    desk.rerate(&rated.what.person).await?;
                }
                Ok(due.len() as u64)
            })?;
            ticked.rerated += rerated;
            if rerated < u64::from(AT_ONCE) {
                break;
            }
        }
        while transact!(self, |desk| { desk.count_signed().await })? {}
        while transact!(self, |desk| { desk.add_up_looks().await })? {}
        transact!(self, |desk| { Ok(desk.tx.place_entries(10_000).await?) })?;
        Ok(ticked)
    }

    /// Destroys the keys of days whose visits are no longer to be kept, and forgets those visits.
    async fn destroy_days(&self) -> Result<u64, OfficeError> {
        transact!(self, |desk| {
            let first_kept = desk.first_day_kept();
            let mut destroyed = 0;
            for name in desk.tx.key_names("day/", "", 10_000).await? {
                let day: Date = name.trim_start_matches("day/").parse()?;
                if day < first_kept {
                    desk.tx.destroy_key(&name).await?;
                    desk.tx.forget_visits_of(day).await?;
                    destroyed += 1;
                }
            }
            Ok(destroyed)
        })
    }
}
