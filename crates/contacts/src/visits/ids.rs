//! Ids in their order, as small numbers.

use super::IndexError;

/// Distinct ids in their order. The number of an id is its place in it, so that numbers sort as ids do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ids {
    /// Where each id ends in `text`.
    ends: Vec<u32>,
    text: String,
    /// The length of all ids, where it is the same: an id is then found without a look at `ends`, which for millions of
    /// people lie in other memory.
    width: Option<usize>,
}

impl Ids {
    /// Takes ids in any order, each once or more.
    ///
    /// # Errors
    /// [`IndexError::TooMany`] above 4 GiB of ids.
    pub fn new<T: AsRef<str>>(ids: impl IntoIterator<Item = T>) -> Result<Self, IndexError> {
        let mut ids: Vec<T> = ids.into_iter().collect();
        ids.sort_unstable_by(|a, b| a.as_ref().cmp(b.as_ref()));
        ids.dedup_by(|a, b| a.as_ref() == b.as_ref());
        let mut taken = Ids::default();
        for id in &ids {
            taken.text.push_str(id.as_ref());
            let end = u32::try_from(taken.text.len()).map_err(|_| IndexError::TooMany("bytes of ids"))?;
            taken.ends.push(end);
        }
        taken.width = taken.width_of_all();
        Ok(taken)
    }

    fn width_of_all(&self) -> Option<usize> {
        let width = *self.ends.first()?;
        let mut ends = (1..).map(|place: u32| place.checked_mul(width));
        self.ends.iter().all(|end| ends.next() == Some(Some(*end))).then_some(width as usize)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The id with a number.
    #[must_use]
    pub fn text(&self, number: u32) -> Option<&str> {
        let place = number as usize;
        if let Some(width) = self.width {
            let start = place.checked_mul(width)?;
            return self.text.get(start..start.checked_add(width)?);
        }
        let end = *self.ends.get(place)? as usize;
        let start = match place.checked_sub(1) {
            Some(before) => *self.ends.get(before)? as usize,
            None => 0,
        };
        self.text.get(start..end)
    }

    /// The number of an id.
    #[must_use]
    pub fn number(&self, id: &str) -> Option<u32> {
        let (mut low, mut high) = (0, u32::try_from(self.ends.len()).ok()?);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.text(middle)?.cmp(id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    /// As bytes, for [`Ids::from_bytes`]: how many, where each ends, and their text.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let count = self.ends.len() as u64;
        let ends = self.ends.iter().flat_map(|end| end.to_le_bytes());
        count.to_le_bytes().into_iter().chain(ends).chain(self.text.bytes()).collect()
    }

    /// From bytes that [`Ids::to_bytes`] made.
    ///
    /// # Errors
    /// [`IndexError::Malformed`] for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, IndexError> {
        let malformed = || IndexError::Malformed("the ids are cut off or out of order");
        let (count, rest) = bytes.split_first_chunk::<8>().ok_or_else(malformed)?;
        let count = usize::try_from(u64::from_le_bytes(*count)).map_err(|_| malformed())?;
        let (ends, text) = rest.split_at_checked(count.saturating_mul(4)).ok_or_else(malformed)?;
        let (ends, _) = ends.as_chunks::<4>();
        let ends: Vec<u32> = ends.iter().map(|end| u32::from_le_bytes(*end)).collect();
        let text = std::str::from_utf8(text).map_err(|_| malformed())?.to_owned();
        let mut ids = Ids { ends, text, width: None };
        ids.width = ids.width_of_all();
        let whole = ids.ends.last().map_or(0, |end| *end as usize) == ids.text.len();
        let numbers = 0..u32::try_from(ids.len()).map_err(|_| malformed())?;
        let ordered = numbers
            .into_iter()
            .try_fold("", |before, number| ids.text(number).filter(|id| number == 0 || before < *id));
        if whole && ordered.is_some() { Ok(ids) } else { Err(malformed()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_places_in_the_order_of_ids() {
        let ids = Ids::new(["p2", "p10", "a", "p2", "b"]).unwrap();
        assert_eq!(ids.len(), 4);
        let texts: Vec<Option<&str>> = (0..5).map(|number| ids.text(number)).collect();
        assert_eq!(texts, [Some("a"), Some("b"), Some("p10"), Some("p2"), None]);
        assert_eq!(ids.number("p2"), Some(3));
        assert_eq!(ids.number("p3"), None);
        assert_eq!(Ids::default().number("a"), None);
    }

    #[test]
    fn ids_of_one_length_are_found_like_others() {
        let ids = Ids::new(["p2", "p1", "p3"]).unwrap();
        assert_eq!(
            (ids.width, ids.text(0), ids.text(2), ids.text(3)),
            (Some(2), Some("p1"), Some("p3"), None)
        );
        assert_eq!((ids.number("p3"), ids.number("p30")), (Some(2), None));
        assert_eq!(Ids::from_bytes(&ids.to_bytes()), Ok(ids));
        assert_eq!(Ids::new(["p2", "p10"]).unwrap().width, None);
    }

    #[test]
    fn ids_survive_as_bytes_and_nothing_else_is_taken_for_them() {
        let ids = Ids::new(["p2", "p10", "a"]).unwrap();
        let bytes = ids.to_bytes();
        assert_eq!(Ids::from_bytes(&bytes), Ok(ids));
        assert_eq!(Ids::from_bytes(&Ids::default().to_bytes()), Ok(Ids::default()));
        for length in 0..bytes.len() {
            assert!(Ids::from_bytes(&bytes[..length]).is_err(), "cut off at {length}");
        }
        let mut swapped = bytes.clone();
        swapped.swap(20, 21);
        assert!(Ids::from_bytes(&swapped).is_err());
    }
}
