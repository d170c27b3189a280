//! What is kept about people: whether it hangs together.

use office::Coherence;

use super::Finding;
use crate::{opening::Opened, terminal::count};

/// Each record has its person and key, each pass and colour its reason.
pub(super) async fn coherent(opened: &Opened) -> anyhow::Result<Finding> {
    let of = opened.office.coherence(&opened.operator).await?;
    let looked_at = format!("{} records of {} people", count(of.records), count(of.people));
    if of.holds() {
        let absent = match of.exposures_to_absent_cases {
            0 => String::new(),
            number => format!("; {} exposures are to cases of people who left", count(number)),
        };
        let found =
            format!("{looked_at}: each has its person and key, each pass and colour its reason{absent}");
        return Ok(Finding::right("records", found));
    }
    let remedy = "stop the server, keep a copy of the database as it is, and put the last backup back into an empty one \
                  (`cleanbill restore`)";
    Ok(Finding::wrong("records", format!("{looked_at}: {}", faults(&of).join(", ")), remedy))
}

fn faults(of: &Coherence) -> Vec<String> {
    let faults = [
        (of.of_nobody, "records are about nobody who is here"),
        (of.colours_without_reason, "colours are not what evidence and rules give"),
        (of.passes_of_another_colour, "passes that count say another colour"),
        (of.statements_without_evidence, "statements count and left no evidence"),
        (of.check_ins_without_visit, "check-ins have no visit"),
    ];
    let there = faults.into_iter().filter(|(number, _)| *number > 0);
    there.map(|(number, what)| format!("{} {what}", count(number))).collect()
}
