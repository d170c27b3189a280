//! Who may do what, as one table. Enforcement and `docs/roles.md` both come from it.

use crate::{actor::Role, error::OfficeError};

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UseCase {
    /// Register a person.
    Register,
    /// Find a registered person by the number of their document.
    Find,
    /// Declare symptoms, stays and journeys, or make a daily check.
    Declare,
    /// Register a venue and change its code.
    KeepVenue,
    /// Check in at a venue and out of it.
    CheckIn,
    /// Record that a specimen was taken.
    TakeSpecimen,
    /// Report a test.
    ReportTest,
    /// Stand beside what an officer of another body said.
    Corroborate,
    /// Open and close a case.
    OpenCase,
    /// Find the contacts of a case.
    Trace,
    /// Answer a question.
    Answer,
    /// See one's own colour with its reasons, or another's for a purpose.
    SeeColour,
    /// See who looked at a record.
    SeeAccesses,
    /// Have passes issued, and revoke them.
    IssuePass,
    /// Contest a reason.
    Appeal,
    /// Decide an appeal.
    DecideAppeal,
    /// Propose an override of one person's reason.
    ProposeOverride,
    /// Agree to an override another body proposed.
    AgreeToOverride,
    /// Publish a rule set.
    PublishRules,
    /// Publish the level of a region.
    PublishRegionLevel,
    /// Take one's data along.
    Export,
    /// Leave.
    Erase,
    /// Release what was held.
    ReleaseHeld,
    /// See alerts, delays, how often records are looked at, and exports.
    Oversee,
    /// List people who are to be followed up.
    ListFollowUps,
    /// Follow a person up.
    FollowUp,
    /// Share one's status with somebody.
    Share,
    /// Have messages sent to browsers.
    Subscribe,
    /// Propose to trust another authority's passes.
    ProposeIssuer,
    /// Agree to trust another authority's passes.
    AgreeToIssuer,
    /// End trust in another authority's passes.
    RevokeIssuer,
    /// Ask for a line list of a case's contacts, and take it out.
    LineList,
    /// Approve a line list.
    ApproveLineList,
    /// Record what a case says in an interview.
    Interview,
    /// Order a place trace, after its preview.
    OrderPlaceTrace,
    /// Approve a place trace that another body ordered.
    ApprovePlaceTrace,
    /// Publish figures.
    PublishFigures,
    /// Compare every colour with what the rules give.
    Replay,
    /// Replace keys.
    ReplaceKeys,
    /// Make a backup, and put one back.
    BackUp,
    /// Take in an evidence bundle.
    Import,
    /// Export everybody's evidence.
    ExportAll,
    /// Run retention now.
    RunRetention,
    /// See deletion records.
    SeeDeletions,
    /// Open and close accounts of officers.
    KeepAccounts,
    /// See which accounts there are.
    SeeAccounts,
}

/// Whose record somebody may do something with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Their own, and of those they care for.
    Own,
    /// Anybody's, for a purpose, and seen by the person.
    Anybodys,
    /// It is about no person.
    Nobodys,
}

/// The table: what, by which role, with whose record. What is not here may not be done.
pub const TABLE: &[(UseCase, Role, Whose)] = &[
    (UseCase::Register, Role::Resident, Whose::Own),
    (UseCase::Register, Role::Desk, Whose::Anybodys),
    (UseCase::Find, Role::Desk, Whose::Anybodys),
    (UseCase::Find, Role::Laboratory, Whose::Anybodys),
    (UseCase::Find, Role::Investigator, Whose::Anybodys),
    (UseCase::Declare, Role::Resident, Whose::Own),
    (UseCase::Declare, Role::Desk, Whose::Anybodys),
    (UseCase::Declare, Role::Field, Whose::Anybodys),
    (UseCase::KeepVenue, Role::Resident, Whose::Own),
    (UseCase::KeepVenue, Role::Desk, Whose::Anybodys),
    (UseCase::CheckIn, Role::Resident, Whose::Own),
    (UseCase::TakeSpecimen, Role::Resident, Whose::Own),
    (UseCase::TakeSpecimen, Role::Desk, Whose::Anybodys),
    (UseCase::TakeSpecimen, Role::Field, Whose::Anybodys),
    (UseCase::ReportTest, Role::Laboratory, Whose::Anybodys),
    (UseCase::Corroborate, Role::Resident, Whose::Own),
    (UseCase::Corroborate, Role::Field, Whose::Anybodys),
    (UseCase::Corroborate, Role::Investigator, Whose::Anybodys),
    (UseCase::OpenCase, Role::Investigator, Whose::Anybodys),
    (UseCase::Trace, Role::Investigator, Whose::Anybodys),
    (UseCase::Answer, Role::Resident, Whose::Own),
    (UseCase::Answer, Role::Desk, Whose::Anybodys),
    (UseCase::SeeColour, Role::Resident, Whose::Own),
    (UseCase::SeeColour, Role::Desk, Whose::Anybodys),
    (UseCase::SeeColour, Role::Field, Whose::Anybodys),
    (UseCase::SeeColour, Role::Investigator, Whose::Anybodys),
    (UseCase::SeeColour, Role::Reviewer, Whose::Anybodys),
    (UseCase::SeeAccesses, Role::Resident, Whose::Own),
    (UseCase::SeeAccesses, Role::Oversight, Whose::Anybodys),
    (UseCase::IssuePass, Role::Resident, Whose::Own),
    (UseCase::IssuePass, Role::Desk, Whose::Anybodys),
    (UseCase::Appeal, Role::Resident, Whose::Own),
    (UseCase::Appeal, Role::Desk, Whose::Anybodys),
    (UseCase::DecideAppeal, Role::Reviewer, Whose::Anybodys),
    (UseCase::ProposeOverride, Role::Reviewer, Whose::Anybodys),
    (UseCase::ProposeOverride, Role::Investigator, Whose::Anybodys),
    (UseCase::AgreeToOverride, Role::Reviewer, Whose::Anybodys),
    (UseCase::PublishRules, Role::Policy, Whose::Nobodys),
    (UseCase::PublishRegionLevel, Role::Policy, Whose::Nobodys),
    (UseCase::Export, Role::Resident, Whose::Own),
    (UseCase::Erase, Role::Resident, Whose::Own),
    (UseCase::ReleaseHeld, Role::Oversight, Whose::Nobodys),
    (UseCase::Oversee, Role::Oversight, Whose::Nobodys),
    (UseCase::ListFollowUps, Role::Field, Whose::Anybodys),
    (UseCase::FollowUp, Role::Resident, Whose::Own),
    (UseCase::FollowUp, Role::Field, Whose::Anybodys),
    (UseCase::Share, Role::Resident, Whose::Own),
    (UseCase::Share, Role::Desk, Whose::Anybodys),
    (UseCase::Subscribe, Role::Resident, Whose::Own),
    (UseCase::ProposeIssuer, Role::Policy, Whose::Nobodys),
    (UseCase::AgreeToIssuer, Role::Oversight, Whose::Nobodys),
    (UseCase::RevokeIssuer, Role::Policy, Whose::Nobodys),
    (UseCase::RevokeIssuer, Role::Oversight, Whose::Nobodys),
    (UseCase::LineList, Role::Investigator, Whose::Anybodys),
    (UseCase::ApproveLineList, Role::Investigator, Whose::Anybodys),
    (UseCase::ApproveLineList, Role::Reviewer, Whose::Anybodys),
    (UseCase::Interview, Role::Investigator, Whose::Anybodys),
    (UseCase::OrderPlaceTrace, Role::Investigator, Whose::Anybodys),
    (UseCase::ApprovePlaceTrace, Role::Investigator, Whose::Anybodys),
    (UseCase::ApprovePlaceTrace, Role::Reviewer, Whose::Anybodys),
    (UseCase::PublishFigures, Role::Policy, Whose::Nobodys),
    (UseCase::PublishFigures, Role::Oversight, Whose::Nobodys),
    (UseCase::Replay, Role::Policy, Whose::Nobodys),
    (UseCase::Replay, Role::Operator, Whose::Nobodys),
    (UseCase::ReplaceKeys, Role::Operator, Whose::Nobodys),
    (UseCase::BackUp, Role::Operator, Whose::Nobodys),
    (UseCase::Import, Role::Operator, Whose::Nobodys),
    (UseCase::ExportAll, Role::Operator, Whose::Nobodys),
    (UseCase::RunRetention, Role::Operator, Whose::Nobodys),
    (UseCase::SeeDeletions, Role::Oversight, Whose::Nobodys),
    (UseCase::SeeDeletions, Role::Operator, Whose::Nobodys),
    (UseCase::KeepAccounts, Role::Operator, Whose::Nobodys),
    (UseCase::SeeAccounts, Role::Operator, Whose::Nobodys),
    (UseCase::SeeAccounts, Role::Oversight, Whose::Nobodys),
];

impl UseCase {
    /// What is done, as words after "may".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            UseCase::Register => "register people",
            UseCase::Find => "find people by the number of a document",
            UseCase::Declare => "declare symptoms, stays and journeys, or make checks",
            UseCase::KeepVenue => "register venues and change their codes",
            UseCase::CheckIn => "check in at venues",
            UseCase::TakeSpecimen => "record specimens",
            UseCase::ReportTest => "report tests",
            UseCase::Corroborate => "stand beside what another body said",
            UseCase::OpenCase => "open and close cases",
            UseCase::Trace => "find contacts of cases",
            UseCase::Answer => "answer questions",
            UseCase::SeeColour => "see a colour and its reasons",
            UseCase::SeeAccesses => "see who looked at a record",
            UseCase::IssuePass => "have passes issued and revoke them",
            UseCase::Appeal => "contest a reason",
            UseCase::DecideAppeal => "decide appeals",
            UseCase::ProposeOverride => "propose overrides",
            UseCase::AgreeToOverride => "agree to overrides",
            UseCase::PublishRules => "publish rule sets",
            UseCase::PublishRegionLevel => "publish levels of regions",
            UseCase::Export => "take data along",
            UseCase::Erase => "leave and have data erased",
            UseCase::ReleaseHeld => "release what was held",
            UseCase::Oversee => "see alerts, delays, how often records are looked at, and exports",
            UseCase::ListFollowUps => "list people who are to be followed up",
            UseCase::FollowUp => "follow people up",
            UseCase::Share => "share a status",
            UseCase::Subscribe => "have messages sent to browsers",
            UseCase::ProposeIssuer => "propose to trust other authorities' passes",
            UseCase::AgreeToIssuer => "agree to trust other authorities' passes",
            UseCase::RevokeIssuer => "end trust in other authorities' passes",
            UseCase::LineList => "take out line lists of a case's contacts",
            UseCase::ApproveLineList => "approve line lists",
            UseCase::Interview => "record what cases say",
            UseCase::OrderPlaceTrace => "order place traces",
            UseCase::ApprovePlaceTrace => "approve place traces",
            UseCase::PublishFigures => "publish figures",
            UseCase::Replay => "compare every colour with the rules",
            UseCase::ReplaceKeys => "replace keys",
            UseCase::BackUp => "make backups and put them back",
            UseCase::Import => "take in bundles that another body approved",
            UseCase::ExportAll => "export everybody's evidence",
            UseCase::RunRetention => "run retention now",
            UseCase::SeeDeletions => "see deletion records",
            UseCase::KeepAccounts => "open and close accounts",
            UseCase::SeeAccounts => "see which accounts there are",
        }
    }
}

/// With whose record a role may do something.
///
/// # Errors
/// [`OfficeError::Forbidden`] where it may not at all.
pub fn allowed(role: Role, what: UseCase) -> Result<Whose, OfficeError> {
    let found = TABLE.iter().find(|(use_case, of, _)| (*use_case, *of) == (what, role));
    let forbidden = OfficeError::Forbidden { role: role.word(), what: what.words() };
    found.map(|(.., whose)| *whose).ok_or(forbidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_stands_once_beside_each_use_case() {
        for (place, (what, role, _)) in TABLE.iter().enumerate() {
            assert!(!TABLE[..place].iter().any(|(w, r, _)| (w, r) == (what, role)), "{what:?} {role:?}");
        }
    }

    /// The table as the book shows it.
    fn page() -> String {
        let mut page = "| may | role | with whose record |\n|---|---|---|\n".to_owned();
        for (what, role, whose) in TABLE {
            let whose = match whose {
                Whose::Own => "their own, and of those they care for",
                Whose::Anybodys => "anybody's, for a purpose, which the person sees",
                Whose::Nobodys => "nobody's",
            };
            page += &format!("| {} | {} | {whose} |\n", what.words(), role.word());
        }
        page
    }

    #[test]
    fn the_book_shows_the_table() {
        let book = include_str!("../../../docs/roles.md");
        assert!(book.contains(&page()), "docs/roles.md must hold this table:\n{}", page());
    }

    #[test]
    fn r7_nobody_outside_the_health_service_looks_people_up_and_operators_see_nobody() {
        let sees = |role: Role| {
            TABLE.iter().any(|(what, of, whose)| {
                *of == role && *whose == Whose::Anybodys && *what != UseCase::SeeAccesses
            })
        };
        for role in [Role::Operator, Role::Oversight, Role::Policy] {
            assert!(!sees(role), "{}", role.word());
        }
        assert!(allowed(Role::Operator, UseCase::SeeColour).is_err());
    }
}
