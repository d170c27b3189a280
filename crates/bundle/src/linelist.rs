//! Makes a bundle of a line list: one row a case, as investigators keep them in a spreadsheet, with an optional list of
//! who was in contact with whom. A mapping file says which columns mean what.

mod expression;
mod mapping;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use evidence::{About, Case, NamedContact, Person, Stay, Test};

use crate::{
    bad::BadCell,
    conversion::{Conversion, ConversionOptions, Target},
    draft::{Draft, Value},
    error::BundleError,
    input_table::{InputRow, InputTable, Names},
};
use expression::{InputFault, Rows, Whose};
use mapping::{Mapping, TableMapping};

/// The files of a line list.
#[derive(Debug, Clone)]
pub struct Linelist {
    /// What the columns mean: TOML, as the shipped `mappings/mers-korea-2015.toml` explains.
    pub mapping: PathBuf,
    /// The line list: CSV with a header, one row a case. It is held in memory.
    pub cases: PathBuf,
    /// Who was in contact with whom: CSV with a header, one row a pair.
    pub contacts: Option<PathBuf>,
}

/// Makes a bundle of a line list. A row is taken whole or rejected whole; people who are named as contacts and stand in
/// no line list become people too.
///
/// # Errors
/// [`BundleError`] where a file cannot be read or followed, the bundle cannot be written, or a row is bad and bad rows
/// are not to be skipped; then nothing is written.
pub fn from_linelist(
    from: &Linelist,
    to: &Path,
    options: &ConversionOptions,
) -> Result<Conversion, BundleError> {
    let mapping = Mapping::open(&from.mapping)?;
    let mut cases = InputTable::open(&from.cases, mapping.delimiter)?;
    let mut contacts = match (&from.contacts, &mapping.named_contacts) {
        (Some(contacts), Some(said)) => Some((InputTable::open(contacts, mapping.delimiter)?, said)),
        (Some(contacts), None) => {
            return Err(refuse(
                &from.mapping,
                format!(
                    "has no section [named_contacts], and the contact list {} was given",
                    contacts.display()
                ),
                "add the section, or leave the contact list out",
            ));
        }
        (None, _) => None,
    };
    let of_case = [&mapping.people, &mapping.cases].into_iter().chain(&mapping.tests).chain(&mapping.stays);
    refuse_absent(&from.mapping, of_case, &cases, Whose::Own)?;
    if let Some((contacts, said)) = &contacts {
        refuse_absent(&from.mapping, [*said], contacts, Whose::Own)?;
        refuse_absent(&from.mapping, [*said], &cases, Whose::Contact)?;
        refuse_absent(&from.mapping, [*said], &cases, Whose::Case)?;
    }
    let mut options = options.clone();
    if options.write.name == crate::write::WriteOptions::default().name {
        options.write.name.clone_from(&mapping.name);
    }
    let mut target = Target::create(to, &options)?;
    let mut list = Lines {
        mapping: &mapping,
        names: cases.names.clone(),
        rows: Vec::new(),
        people: HashMap::new(),
        cases: HashMap::new(),
    };
    list.read_cases(&mut cases, &mut target)?;
    if let Some((contacts, said)) = &mut contacts {
        list.read_contacts(contacts, said, &mut target)?;
    }
    target.finish()
}

fn refuse(mapping: &Path, why: String, remedy: &str) -> BundleError {
    let file = mapping.display().to_string();
    BundleError::Mapping { file, place: String::new(), why, remedy: remedy.to_owned() }
}

/// Refuses a mapping that reads columns which a file does not have.
fn refuse_absent<'m>(
    mapping: &Path,
    tables: impl IntoIterator<Item = &'m TableMapping>,
    input: &InputTable,
    whose: Whose,
) -> Result<(), BundleError> {
    for said in tables {
        for (column, expression) in &said.columns {
            for (at, name) in expression.columns() {
                if at == whose && !input.names.has(name) {
                    return Err(refuse(
                        mapping,
                        format!(
                            "`{}` of {} reads the column `{name}`, which {} does not have",
                            column.name,
                            said.table,
                            input.file()
                        ),
                        &format!(
                            "correct the name; the file's columns are {}",
                            input.names.sorted().join(", ")
                        ),
                    ));
                }
            }
        }
    }
    Ok(())
}

/// The columns that some tables read from certain rows.
fn columns_of<'m>(tables: impl IntoIterator<Item = &'m TableMapping>, whose: &[Whose]) -> Vec<&'m str> {
    let expressions =
        tables.into_iter().flat_map(|said| said.columns.iter().map(|(_, expression)| expression));
    expressions.flat_map(|e| e.columns()).filter(|(at, _)| whose.contains(at)).map(|(_, name)| name).collect()
}

/// The rows of one line of the line list.
struct Parts {
    person: Person,
    case: About<Case>,
    tests: Vec<About<Test>>,
    stays: Vec<About<Stay>>,
}

/// The line list as far as it has been read.
struct Lines<'m> {
    mapping: &'m Mapping,
    names: Names,
    rows: Vec<InputRow>,
    /// Where a person's line stands in `rows`.
    people: HashMap<String, usize>,
    /// Where a case's line stands in `rows`.
    cases: HashMap<String, usize>,
}

impl Lines<'_> {
    fn read_cases(&mut self, input: &mut InputTable, target: &mut Target) -> Result<(), BundleError> {
        target.begin(input, &self.columns_read());
        while let Some(next) = input.next_row()? {
            target.count_read();
            let row = match next {
                Ok(row) => row,
                Err((line, bad)) => {
                    target.reject("linelist", line, bad);
                    continue;
                }
            };
            match self.parts(&row, target) {
                Ok(parts) => {
                    self.people.insert(parts.person.person.as_str().to_owned(), self.rows.len());
                    self.cases.insert(parts.case.says.case.as_str().to_owned(), self.rows.len());
                    self.rows.push(row);
                    target.put(&parts.person)?;
                    target.put(&parts.case)?;
                    parts.tests.iter().try_for_each(|test| target.put(test))?;
                    parts.stays.iter().try_for_each(|stay| target.put(stay))?;
                    target.count_taken();
                }
                Err(fault) => target.reject_at("linelist", row.line, fault.column, fault.bad),
            }
        }
        Ok(())
    }

    /// The columns of the line list that the mapping reads.
    fn columns_read(&self) -> Vec<&str> {
        let mapping = self.mapping;
        let of_case =
            [&mapping.people, &mapping.cases].into_iter().chain(&mapping.tests).chain(&mapping.stays);
        let mut columns = columns_of(of_case, &[Whose::Own]);
        columns.extend(columns_of(&mapping.named_contacts, &[Whose::Contact, Whose::Case]));
        columns
    }

    /// Every row of ours that a line becomes, none of them written yet.
    fn parts(&self, row: &InputRow, target: &Target) -> Result<Parts, InputFault> {
        let rows = Rows { own: (&self.names, row), contact: None, case: None };
        let person: Person = self.draft(&self.mapping.people, rows)?.read().map_err(ours)?;
        let case: About<Case> = self.draft(&self.mapping.cases, rows)?.read().map_err(ours)?;
        target.check_own(&person).map_err(ours)?;
        target.check_own(&case).map_err(ours)?;
        let mut parts = Parts { person, case, tests: Vec::new(), stays: Vec::new() };
        for (said, number) in self.mapping.tests.iter().zip(1..) {
            let mut draft = self.draft(said, rows)?;
            if draft.value("sampled").is_none() {
                continue;
            }
            if draft.value("test").is_none() {
                let id = format!("{}-{number}", parts.case.says.case);
                draft.set("test", Some(Value::Text(id)));
            }
            let test: About<Test> = draft.read().map_err(ours)?;
            target.check_own(&test).map_err(ours)?;
            parts.tests.push(test);
        }
        for said in &self.mapping.stays {
            let draft = self.draft(said, rows)?;
            if draft.value("arrived").is_some() {
                parts.stays.push(draft.read().map_err(ours)?);
            }
        }
        Ok(parts)
    }

    fn draft(&self, said: &TableMapping, rows: Rows<'_>) -> Result<Draft, InputFault> {
        let mut draft = Draft::new(said.table);
        for (column, expression) in &said.columns {
            draft.set(column.name, self.mapping.reading.value(expression, column, rows)?);
        }
        Ok(draft)
    }

    fn read_contacts(
        &self,
        input: &mut InputTable,
        said: &TableMapping,
        target: &mut Target,
    ) -> Result<(), BundleError> {
        target.begin(input, &columns_of([said], &[Whose::Own]));
        let names = input.names.clone();
        while let Some(next) = input.next_row()? {
            target.count_read();
            let row = match next {
                Ok(row) => row,
                Err((line, bad)) => {
                    target.reject("contacts", line, bad);
                    continue;
                }
            };
            match self.contact(said, &names, &row) {
                Ok(contact) => {
                    let person = Person {
                        person: contact.person.clone(),
                        birth_year: None,
                        sex: None,
                        region: None,
                        area: None,
                    };
                    if !self.cases.contains_key(contact.case.as_str()) {
                        let why = "is not in the line list; add its line, or correct the id";
                        target.reject("contacts", row.line, BadCell::new("case", contact.case.as_str(), why));
                        continue;
                    }
                    if target.check_own(&person).is_ok() {
                        target.put(&person)?;
                        target.note("a contact who stands in no line list became a person of whom nothing else is known");
                    }
                    target.put(&contact)?;
                    target.count_taken();
                }
                Err(fault) => target.reject_at("contacts", row.line, fault.column, fault.bad),
            }
        }
        Ok(())
    }

    fn contact(
        &self,
        said: &TableMapping,
        names: &Names,
        row: &InputRow,
    ) -> Result<NamedContact, InputFault> {
        let own = Rows { own: (names, row), contact: None, case: None };
        let line_of = |column: &str, lines: &HashMap<String, usize>| {
            let (column, expression) = said.columns.iter().find(|(c, _)| c.name == column)?;
            match self.mapping.reading.value(expression, column, own) {
                Ok(Some(Value::Text(id))) => self.rows.get(*lines.get(&id)?),
                // What cannot be read here is reported when the row's own cells are read.
                Ok(_) | Err(_) => None,
            }
        };
        let rows = Rows {
            own: (names, row),
            contact: line_of("person", &self.people).map(|row| (&self.names, row)),
            case: line_of("case", &self.cases).map(|row| (&self.names, row)),
        };
        self.draft(said, rows)?.read().map_err(ours)
    }
}

/// A fault that shows only in a row of ours: its column is ours.
fn ours(bad: BadCell) -> InputFault {
    InputFault { column: bad.column.to_owned(), bad }
}
