//! Who lives in the city, home by home. Nobody is stored: a block of people is made up again whenever it is asked for.

use evidence::{AreaId, BirthYear, Person, RegionId, Sex};

use crate::{
    draw::{Draws, Purpose},
    error::SynthError,
    ids::Ids,
};

/// People that are made up together; a home never lies in two blocks.
pub(crate) const BLOCK_PEOPLE: u32 = 512;
/// Blocks in a follow-up district: 4,096 people.
const AREA_BLOCKS: u32 = 8;

/// Share of homes with 1, 2, … 7 people; 7 stands for "7 or more".
///
/// China, Sixth National Population Census 2010, table 1-10 (401,934,196 homes).
const HOUSEHOLD_SIZES: [f64; 7] = [0.1453, 0.2437, 0.2686, 0.1756, 0.1003, 0.0420, 0.0245];

/// Share of females. China, Seventh National Population Census 2020, bulletin 4: 48.76%.
const FEMALE: f64 = 0.4876;

/// A person and what decides how their days go. Carries invented personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Resident {
    /// The person's number, from 0.
    pub(crate) person: u32,
    /// The number of the first person of the home.
    pub(crate) household: u32,
    /// People in the home.
    pub(crate) household_people: u32,
    /// Age in years on the first day.
    pub(crate) age: u8,
    /// Whether registered as female.
    pub(crate) female: bool,
}

impl Resident {
    /// The numbers of the others in the home.
    pub(crate) fn household_others(&self) -> impl Iterator<Item = u32> + use<> {
        let person = self.person;
        (self.household..self.household + self.household_people).filter(move |other| *other != person)
    }
}

/// Everybody in the city.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Population {
    seed: u64,
    people: u32,
    year: i16,
}

impl Population {
    /// So many people, as they are in a year.
    pub(crate) fn new(seed: u64, people: u32, year: i16) -> Self {
        Population { seed, people, year }
    }

    /// How many people there are.
    pub(crate) fn people(&self) -> u32 {
        self.people
    }

    /// How many blocks they make.
    pub(crate) fn blocks(&self) -> u32 {
        self.people.div_ceil(BLOCK_PEOPLE)
    }

    /// How many people some blocks hold.
    pub(crate) fn people_in(&self, blocks: std::ops::Range<u32>) -> u32 {
        let first_of = |block: u32| self.people.min(block.saturating_mul(BLOCK_PEOPLE));
        first_of(blocks.end) - first_of(blocks.start)
    }

    /// Makes up the people of a block in the place of what `into` held.
    pub(crate) fn block(&self, block: u32, into: &mut Vec<Resident>) {
        into.clear();
        let mut draws = Draws::new(self.seed, Purpose::Households, u64::from(block), 0);
        let first = block * BLOCK_PEOPLE;
        let end = self.people.min(first.saturating_add(BLOCK_PEOPLE));
        let mut next = first;
        while next < end {
            let size = draws.place(&HOUSEHOLD_SIZES) as u32 + 1;
            // The last home of a block has the people that are left.
            let household_people = size.min(end - next);
            let ages = ages(household_people, &mut draws);
            for (person, age) in (next..next + household_people).zip(ages) {
                let female = draws.happens(FEMALE);
                into.push(Resident { person, household: next, household_people, age, female });
            }
            next += household_people;
        }
    }

    /// One person. Makes up their whole block, so it is for the few.
    pub(crate) fn resident(&self, person: u32) -> Option<Resident> {
        let mut block = Vec::new();
        self.block(person / BLOCK_PEOPLE, &mut block);
        block.get((person % BLOCK_PEOPLE) as usize).copied()
    }

    /// Every person in order.
    pub(crate) fn residents(&self) -> impl Iterator<Item = Resident> + use<> {
        let population = *self;
        (0..population.blocks()).flat_map(move |block| {
            let mut people = Vec::new();
            population.block(block, &mut people);
            people
        })
    }

    /// The follow-up district in which a person lives.
    pub(crate) fn area(person: u32) -> u32 {
        person / (BLOCK_PEOPLE * AREA_BLOCKS)
    }

    /// The row of `people` for a person.
    pub(crate) fn person(&self, resident: &Resident, ids: &Ids) -> Result<Person, SynthError> {
        Ok(Person {
            person: ids.person(resident.person)?,
            birth_year: Some(BirthYear::new(i64::from(self.year) - i64::from(resident.age))?),
            sex: Some(if resident.female { Sex::Female } else { Sex::Male }),
            region: Some(RegionId::new(CITY)?),
            area: Some(AreaId::new(&format!("a{:04}", Population::area(resident.person)))?),
        })
    }
}

/// The region the city is.
pub(crate) const CITY: &str = "city";

/// The ages of the people of a home of a size, by stylised kinds of homes; the shares are chosen so that the age bands
/// come near those of the census (China 2020, bulletin 5: 17.95% under 15, 18.70% of 60 and over).
fn ages(people: u32, draws: &mut Draws) -> Vec<u8> {
    let mut age = |from: i64, to: i64| draws.between(from, to);
    let kind = age(0, 100);
    let ages: Vec<i64> = match people {
        1 if kind < 45 => vec![age(20, 38)],
        1 if kind < 72 => vec![age(38, 60)],
        1 => vec![age(60, 90)],
        2 if kind < 38 => couple(age(58, 84), age(-4, 5)),
        2 if kind < 90 => couple(age(23, 58), age(-4, 5)),
        2 => vec![age(26, 50), age(0, 20)],
        3 if kind < 48 => {
            let mut home = couple(age(48, 64), age(-4, 5));
            home.push(age(19, 30));
            home
        }
        _ => {
            let mut home = couple(age(26, 46), age(-4, 5));
            let grandparents = match people {
                0..=3 => 0,
                4 if kind < 30 => 0,
                4 => 1,
                _ if kind < 30 => 1,
                _ => 2,
            };
            let parent = home.iter().copied().min().unwrap_or(26);
            home.extend((0..grandparents).map(|_| parent + age(24, 36)));
            let children = i64::from(people) - home.len() as i64;
            home.extend((0..children).map(|_| age(0, (parent - 20).clamp(6, 24))));
            home
        }
    };
    ages.into_iter().map(|age| u8::try_from(age.clamp(0, 100)).unwrap_or_default()).collect()
}

fn couple(one: i64, difference: i64) -> Vec<i64> {
    vec![one, (one + difference).max(20)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_and_ages_are_those_of_the_census_give_or_take() {
        let population = Population::new(1, 400_000, 2020);
        let people: Vec<Resident> = population.residents().collect();
        assert_eq!(people.len(), 400_000);
        let homes: Vec<&Resident> = people.iter().filter(|r| r.household == r.person).collect();
        for (size, share) in (1u32..).zip(HOUSEHOLD_SIZES) {
            let found =
                homes.iter().filter(|r| r.household_people == size).count() as f64 / homes.len() as f64;
            assert!((found - share).abs() < 0.01, "homes of {size}: {found} for {share}");
        }
        let share = |from: u8, to: u8| {
            people.iter().filter(|r| (from..to).contains(&r.age)).count() as f64 / people.len() as f64
        };
        let (children, old) = (share(0, 15), share(60, 120));
        assert!((children - 0.1795).abs() < 0.03, "under 15: {children}");
        assert!((old - 0.1870).abs() < 0.03, "60 and over: {old}");
    }

    #[test]
    fn a_person_alone_is_the_same_as_in_their_block() {
        let population = Population::new(3, 1300, 2020);
        for resident in population.residents() {
            assert_eq!(population.resident(resident.person), Some(resident));
            let home: Vec<u32> = resident.household_others().collect();
            assert_eq!(home.len() as u32 + 1, resident.household_people);
            for other in home {
                assert_eq!(population.resident(other).map(|r| r.household), Some(resident.household));
            }
        }
        assert_eq!(population.resident(1300), None);
    }

    #[test]
    fn the_city_may_have_one_person() {
        assert_eq!(Population::new(1, 1, 2020).residents().count(), 1);
    }
}
