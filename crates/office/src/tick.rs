//! Time does the rest: what is due happens, and what is no longer to be kept is forgotten.

use crate::{
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
    /// Visits of earlier days that left the database for a partition.
    pub visits_moved: u64,
}

impl Office {
    /// Does everything that is due. It may be stopped at any moment, and is to be called again and again.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn tick(&self) -> Result<Ticked, OfficeError> {
        let mut ticked = Ticked {
            forgotten: self.forget().await?,
            days_destroyed: self.destroy_days().await?,
            visits_moved: self.compact().await?,
            ..Ticked::default()
        };
        self.sweep().await?;
        self.forget_changes().await?;
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
                desk.rerate_all(&due.iter().map(|rated| rated.what.person.clone()).collect()).await?;
                Ok(due.len() as u64)
            })?;
            ticked.rerated += rerated;
            if rerated < u64::from(AT_ONCE) {
                break;
            }
        }
        while transact!(self, |desk| { desk.count_signed().await })? {}
        while transact!(self, |desk| { desk.add_up_looks().await })? {}
        self.sign_deletions().await?;
        transact!(self, |desk| { Ok(desk.tx.place_entries(10_000).await?) })?;
        Ok(ticked)
    }
}
