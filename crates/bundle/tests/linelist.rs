//! Line lists of other shapes, mappings that cannot be followed, rows that are bad.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fmt::Write, fs};

use bundle::{BundleError, Conversion, ConversionOptions, Linelist, from_linelist};

/// Converts and gives the files written, the account and the bad rows, in one text.
fn converted(mapping: &str, cases: &str, contacts: Option<&str>, skip_bad_rows: bool) -> String {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let from = Linelist {
        mapping: put("mapping.toml", mapping),
        cases: put("list.csv", cases),
        contacts: contacts.map(|text| put("pairs.csv", text)),
    };
    let out = folder.path().join("out");
    let options = ConversionOptions { skip_bad_rows, ..ConversionOptions::default() };
    let said = match from_linelist(&from, &out, &options) {
        Ok(conversion) => {
            let mut said = account(&conversion);
            for (table, _) in &conversion.tables {
                let text = fs::read_to_string(out.join(format!("{table}.csv"))).unwrap();
                writeln!(said, "--- {table}\n{text}").unwrap();
            }
            said
        }
        Err(BundleError::RejectedInput(conversion)) => {
            assert!(!out.join("people.csv").exists(), "rows were bad, and a bundle was written");
            account(&conversion)
        }
        Err(error) => format!("{error}\n"),
    };
    said.replace(&folder.path().display().to_string(), "city")
}

fn account(conversion: &Conversion) -> String {
    let mut said = conversion.to_string();
    conversion.rejects().kept().iter().for_each(|reject| writeln!(said, "bad: {reject}").unwrap());
    for input in &conversion.inputs {
        assert_eq!(input.read, input.taken + input.rejected + input.left_out.values().sum::<u64>());
    }
    said
}

const MAPPING: &str = r#"
name = "outbreak"
time_zone = "Europe/Berlin"
missing = ["NA", "unknown"]
delimiter = ";"
id_replacement = "_"

[people]
person = "Fall Nr"
birth_year = { age = "Alter", at = ["Meldung"], format = "%d.%m.%Y" }
sex = { column = "Geschlecht", words = { "weiblich" = "f", "männlich" = "m", "divers" = "x" } }
area = "Kreis"

[cases]
case = "Fall Nr"
status = { column = "Status", words = { "bestätigt" = "confirmed", "Verdacht" = "suspected" } }
onset = { column = "Beginn", format = "%d.%m.%Y" }
confirmed = { column = ["Labor", "Meldung"], format = "%d.%m.%Y" }
isolated = "Isolation"

[[tests]]
sampled = "Probe 1"
method = { always = "pcr" }
result = { column = "Ergebnis 1", words = { "pos" = "positive", "neg" = "negative" } }

[[tests]]
sampled = "Probe 2"
method = { always = "antigen" }
result = { column = "Ergebnis 2", words = { "pos" = "positive", "neg" = "negative" } }

[[stays]]
region = "Reise"
arrived = { column = "Reise ab", format = "%d.%m.%Y" }

[named_contacts]
case = "von"
person = "an"
from = [{ of_contact = "Exposition" }, "am", { of_case = "Isolation" }]
setting = "wo"
"#;

const HEADER: &str = "Fall Nr;Alter;Geschlecht;Kreis;Status;Beginn;Labor;Meldung;Isolation;Probe 1;Ergebnis 1;Probe 2;Ergebnis 2;Reise;Reise ab;Exposition";

#[test]
fn a_line_list_in_another_language_becomes_people_cases_tests_stays_and_contacts() {
    let cases = format!(
        "{HEADER}\n\
         A/1;34;weiblich;05315;bestätigt;28.03.2020;NA;30.03.2020;2020-03-29T18:00:00;2020-03-30;pos;;;Tirol;14.03.2020;\n\
         A/2;0.5;männlich;unknown;Verdacht;;;01.04.2020;;2020-04-01T08:30:00+02:00;neg;2020-04-03;pos;;;2020-03-28\n"
    );
    let contacts = "von;an;am;wo\nA/1;A/2;2020-03-01;Chor\nA/1;B 7;2020-03-27;\nA/1;B 7;;Büro\n";
    insta::assert_snapshot!(converted(MAPPING, &cases, Some(contacts), false));
}

#[test]
fn bad_rows_of_a_line_list_are_told_under_the_names_of_its_own_columns() {
    let row = |id: &str, age: &str, sex: &str, onset: &str, isolated: &str, sampled: &str, result: &str| {
        format!("{id};{age};{sex};;bestätigt;{onset};;30.03.2020;{isolated};{sampled};{result};;;;;\n")
    };
    let cases = [
        format!("{HEADER}\n"),
        row("1", "34", "w", "28.03.2020", "", "", ""),
        row("2", "alt", "", "28.03.2020", "", "", ""),
        row("3", "", "", "2020-03-28", "", "", ""),
        row("4", "", "", "", "2020-03-29T02:30:00", "", ""),
        row("5", "", "", "", "2020-10-25T02:30:00", "", ""),
        row("6", "", "", "", "tomorrow", "", ""),
        row("7", "", "", "", "", "2020-03-30", ""),
        row("8", "", "", "", "", "", ""),
        row("8", "", "", "", "", "", ""),
        row("", "", "", "", "", "", ""),
        "9;too;short\n".to_owned(),
    ]
    .concat();
    let contacts =
        "von;an;am;wo\n8;8;2020-03-01;x\n99;8;2020-03-01;x\n8;8;;x\n8;;2020-03-01;x\n8;8;gestern;x\n";
    insta::assert_snapshot!(converted(MAPPING, &cases, Some(contacts), false));
    let skipped = converted(MAPPING, &cases, Some(contacts), true);
    assert!(skipped.contains("list.csv: 11 rows read, 1 taken, 10 rejected"), "{skipped}");
    assert!(skipped.contains("pairs.csv: 5 rows read, 1 taken, 4 rejected"), "{skipped}");
}

#[test]
fn mappings_that_cannot_be_followed_are_told_with_their_line() {
    let good = "name = \"x\"\ntime_zone = \"UTC\"\n[people]\nperson = \"id\"\n[cases]\ncase = \"id\"\nstatus = { always = \"confirmed\" }\n";
    let change = |from: &str, to: &str| {
        assert!(good.contains(from));
        good.replace(from, to)
    };
    let mappings = [
        good.to_owned(),
        "name = ".to_owned(),
        change("name = \"x\"\n", ""),
        change("\"UTC\"", "\"Middle/Earth\""),
        change("[people]", "colour = 1\n[people]"),
        change("[people]", "delimiter = \"€\"\n[people]"),
        change("[people]", "id_replacement = \"/\"\n[people]"),
        change("person = \"id\"", "person = \"id\"\nreligion = \"r\""),
        change("person = \"id\"", "sex = \"s\""),
        change("case = \"id\"\n", ""),
        change("{ always = \"confirmed\" }", "3"),
        change("{ always = \"confirmed\" }", "{ always = \"ill\" }"),
        change("{ always = \"confirmed\" }", "{ column = \"id\", word = {} }"),
        change("case = \"id\"", "case = \"id\"\nonset = { age = \"id\", at = [\"id\"] }"),
        change("case = \"id\"", "case = \"id\"\nonset = { column = \"id\", words = {} }"),
        change("case = \"id\"", "case = { of_case = \"id\" }"),
        change("person = \"id\"", "person = \"id\"\nbirth_year = { age = \"id\", at = [] }"),
        change("person = \"id\"", "person = \"ID\""),
        change("{ always = \"confirmed\" }", "{ column = \"id\", format = \"%Y\" }"),
    ];
    let said: String = mappings.iter().fold(String::new(), |mut all, mapping| {
        writeln!(all, "{}", converted(mapping, "id\nc1\n", None, false)).unwrap();
        all
    });
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(said) });
}

#[test]
fn a_contact_list_needs_a_section_and_ids_need_their_alphabet() {
    let mapping = "name = \"x\"\ntime_zone = \"UTC\"\n[people]\nperson = \"id\"\n[cases]\ncase = \"id\"\nstatus = { always = \"confirmed\" }\n";
    let mut said = converted(mapping, "id\nc1\n", Some("a,b\n"), false);
    said += &converted(mapping, "id\nc 1\n", None, false);
    said += &converted(mapping, "", None, false);
    said += &converted(mapping, "id,id\n1,2\n", None, false);
    insta::assert_snapshot!(said);
}
