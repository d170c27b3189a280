//! Go.Data exports with rows that are bad or have no place in a bundle. The rows are invented.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fmt::Write, fs};

use bundle::{BundleError, ConversionOptions, Godata, from_godata};
use jiff::tz::TimeZone;

const CASES: &str = "uuid,firstName,gender,age,location_id,classification,outcome_id,date_of_reporting,date_of_onset,date_of_outcome,date_become_case,isolation_startdate,hospitalization_startdate\n";
const CONTACTS: &str = "uuid,firstName,gender,age,location_id,date_of_reporting\n";
const LAB: &str = "id,personId,dateSampleTaken,dateOfResult,result,testType,deleted,person.gender,person.age.years,person.dateOfReporting\n";
const RELATIONSHIPS: &str =
    "source_uuid,target_uuid,date_of_last_contact,context_of_exposure,exposure_type,comment\n";
const FOLLOWUPS: &str = "contact_uuid,followup_status,date_of_followup\n";

fn converted(files: &[(&str, &str, &str)], skip_bad_rows: bool) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (name, header, rows) in files {
        fs::write(folder.path().join(name), format!("{header}{rows}")).unwrap();
    }
    let out = folder.path().join("out");
    let options = ConversionOptions { skip_bad_rows, ..ConversionOptions::default() };
    let from = Godata { time_zone: TimeZone::get("Africa/Dakar").unwrap(), ..Godata::new(folder.path()) };
    let said = match from_godata(&from, &out, &options) {
        Ok(conversion) => {
            let mut said = conversion.to_string();
            for (table, _) in &conversion.tables {
                let text = fs::read_to_string(out.join(format!("{table}.csv"))).unwrap();
                writeln!(said, "--- {table}\n{text}").unwrap();
            }
            said
        }
        Err(BundleError::RejectedInput(conversion)) => {
            let mut said = conversion.to_string();
            conversion.rejects().kept().iter().for_each(|reject| writeln!(said, "bad: {reject}").unwrap());
            said
        }
        Err(error) => format!("{error}\n"),
    };
    said.replace(&folder.path().display().to_string(), "export")
}

#[test]
fn an_export_becomes_a_bundle_without_names() {
    let files = [
        (
            "cases.csv",
            CASES,
            "c1,Awa,FEMALE,40,L1,CONFIRMED,RECOVERED,2020-07-01,2020-06-28,2020-07-20,2020-07-02,,2020-07-03\n\
             c2,Bara,Male,,,SUSPECT,,2020-07-01,,,,2020-07-05,2020-07-03\n\
             c3,Cora,,7,,NOT_A_CASE_DISCARDED,RECOVERED,,,,,,\n\
             c4,Dior,OTHER,,,PROBABLE,RECOVERED,2020-07-01,2020-07-01,2020-06-01,,,\n\
             c5,Eva,,,,CONFIRMED,RECOVERED,2020-07-01,,,,,\n",
        ),
        ("contacts.csv", CONTACTS, "k1,Fama,FEMALE,0.5,,2020-07-01\nc2,Bara,Male,,,2020-07-01\n"),
        (
            "lab_results.csv",
            LAB,
            "t1,c1,2020-06-30T00:00:00.000Z,2020-07-02T00:00:00.000Z,LNG_REFERENCE_DATA_CATEGORY_LAB_TEST_RESULT_POSITIVE,LNG_REFERENCE_DATA_CATEGORY_TYPE_OF_LAB_TEST_RT_PCR,FALSE,,,\n\
             t2,x1,2020-06-30,,NEGATIVE,,FALSE,LNG_REFERENCE_DATA_CATEGORY_GENDER_FEMALE,30,2020-07-01\n\
             t3,c1,2020-06-30,,,,FALSE,,,\n\
             t4,c1,2020-06-30,,NEGATIVE,CULTURE,FALSE,,,\n\
             t5,c1,2020-06-30,,NEGATIVE,,TRUE,,,\n\
             t6,c1,2020-06-30,,INCONCLUSIVE,IGM_ELISA,FALSE,,,\n",
        ),
        (
            "relationships.csv",
            RELATIONSHIPS,
            "c1,k1,2020-06-29,Home/household,Direct,secret\nc1,c2,2020-06-29,,Direct ,\nk1,c2,2020-06-29,,,\ne1,k1,2020-06-29,,,\nc1,e1,2020-06-29,,,\n",
        ),
        (
            "followups.csv",
            FOLLOWUPS,
            "k1,SEEN_OK,2020-07-02\nk1,SEEN_NOT_OK,2020-07-03\nk1,MISSED,2020-07-04\nk1,NOT_PERFORMED,2020-07-05\n",
        ),
        ("events.csv", "uuid,event_name\n", "e1,Wedding\n"),
    ];
    let said = converted(&files, false);
    for secret in ["Awa", "Bara", "Fama", "secret", "Wedding"] {
        assert!(!said.contains(secret), "{secret} was carried over");
    }
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(said) });
}

#[test]
fn bad_rows_of_an_export_are_told_and_can_be_skipped() {
    let files = [
        (
            "cases.csv",
            CASES,
            "c1,,,,,CONFIRMED,,2020-07-01,,,,,\n\
             c1,,,,,CONFIRMED,,2020-07-01,,,,,\n\
             c2,,,,,MAYBE,,2020-07-01,,,,,\n\
             c3,,,-4,,CONFIRMED,,2020-07-01,,,,,\n\
             c4,,,,,CONFIRMED,,01/07/2020,,,,,\n\
             ,,,,,CONFIRMED,,2020-07-01,,,,,\n\
             c 6,,,,,CONFIRMED,,2020-07-01,,,,,\n\
             short\n",
        ),
        (
            "lab_results.csv",
            LAB,
            "t1,c1,,,POSITIVE,,,,,\nt2,c1,2020-07-01,2020-06-01,POSITIVE,,,,,\nt3,c1,2020-07-01,,PERHAPS,,,,,\n",
        ),
        ("relationships.csv", RELATIONSHIPS, "c1,c1,,,,\n"),
        ("followups.csv", FOLLOWUPS, "k9,SEEN_OK,2020-07-02\nc1,SEEN_OK,\nc1,WAVED,2020-07-02\n"),
    ];
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(converted(&files, false)) });
    let skipped = converted(&files, true);
    assert!(skipped.contains("cases.csv: 8 rows read, 1 taken, 7 rejected"), "{skipped}");
}

#[test]
fn an_export_without_its_files_or_columns_is_refused() {
    let mut said = converted(&[], false);
    said += &converted(&[("cases.csv", "uuid,gender\n", "c1,\n")], false);
    insta::assert_snapshot!(said);
}
