//! Which ids a bundle has named so far: finds ids given twice and references that lead nowhere.

use std::{
    fmt,
    hash::{BuildHasher, Hasher, RandomState},
};

use hashbrown::HashTable;
use siphasher::sip128::{Hasher128, SipHasher13};

use crate::{
    bad::BadCell,
    row::{Links, Row},
    table::Table,
};

/// A set of ids, 16 bytes each whatever their length. Ids are kept as 128-bit SipHash-1-3: among 10 million of them
/// the odds that any two are taken for one are about 1 in 10²⁴.
#[derive(Default)]
struct IdSet(HashTable<u128>);

impl IdSet {
    fn contains(&self, hash: u128) -> bool {
        self.0.find(hash as u64, |other| *other == hash).is_some()
    }

    fn insert(&mut self, hash: u128) {
        self.0.insert_unique(hash as u64, hash, |hash| *hash as u64);
    }
}

/// What is known of a bundle's ids while its tables are read, those that others refer to first.
pub(crate) struct Known {
    /// Keyed anew each time, so that nobody can prepare ids that fall into one place and slow an import down.
    hasher: SipHasher13,
    own: Vec<(Table, IdSet)>,
    /// Tables the bundle does not have.
    absent: Vec<Table>,
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known").finish_non_exhaustive()
    }
}

impl Known {
    /// Nothing yet, of a bundle without the tables given.
    pub(crate) fn new(absent: Vec<Table>) -> Self {
        let random = RandomState::new();
        let hasher = SipHasher13::new_with_keys(random.hash_one(0), random.hash_one(1));
        Known { hasher, own: Vec::new(), absent }
    }

    fn hash(&self, parts: [&str; 2]) -> u128 {
        let mut hasher = self.hasher;
        for part in parts {
            hasher.write(part.as_bytes());
            hasher.write_u8(0xFF);
        }
        hasher.finish128().as_u128()
    }

    /// Refuses a row whose id was given before or whose references lead nowhere.
    ///
    /// # Errors
    /// [`BadCell`] naming the column.
    pub(crate) fn check<R: Row>(&self, row: &R) -> Result<(), BadCell> {
        self.check_own(row)?;
        let links = row.links();
        self.refuse_unknown(Table::People, "person", links.person)?;
        self.refuse_unknown(Table::Cases, "case", links.case)?;
        if self.absent.contains(&Table::Venues) {
            Ok(())
        } else {
            self.refuse_unknown(Table::Venues, "venue", links.venue)
        }
    }

    /// Refuses a row whose id was given before.
    ///
    /// # Errors
    /// [`BadCell`] naming the column.
    pub(crate) fn check_own<R: Row>(&self, row: &R) -> Result<(), BadCell> {
        match row.links().own {
            Some(own) if self.has(R::TABLE, own) => Err(given_twice(R::TABLE, own)),
            _ => Ok(()),
        }
    }

    /// Remembers a row's own id.
    pub(crate) fn remember<R: Row>(&mut self, row: &R) {
        let Links { own: Some(own), .. } = row.links() else { return };
        let hash = self.hash(own);
        match self.own.iter_mut().find(|(table, _)| *table == R::TABLE) {
            Some((_, ids)) => ids.insert(hash),
            None => {
                let mut ids = IdSet::default();
                ids.insert(hash);
                self.own.push((R::TABLE, ids));
            }
        }
    }

    /// Forgets the ids of a table, which is about to be read again.
    pub(crate) fn forget(&mut self, table: Table) {
        self.own.retain(|(other, _)| *other != table);
    }

    fn has(&self, table: Table, own: [&str; 2]) -> bool {
        self.own
            .iter()
            .find(|(other, _)| *other == table)
            .is_some_and(|(_, ids)| ids.contains(self.hash(own)))
    }

    fn refuse_unknown(&self, table: Table, column: &'static str, id: Option<&str>) -> Result<(), BadCell> {
        match id {
            Some(id) if !self.has(table, [id, ""]) => {
                let why = if self.absent.contains(&table) {
                    format!("is unknown: the bundle has no table {table}; add it")
                } else {
                    format!("is not in {table}; add it there, or correct the id")
                };
                Err(BadCell::new(column, id, why))
            }
            _ => Ok(()),
        }
    }
}

fn given_twice(table: Table, [first, second]: [&str; 2]) -> BadCell {
    match table.unique() {
        [column] => BadCell::new(column, first, "stands in an earlier row too; keep the right one"),
        columns => {
            let column = columns.last().copied().unwrap_or("");
            BadCell::new(
                column,
                second,
                format!("was listed with `{first}` in an earlier row too; keep one of them"),
            )
        }
    }
}
