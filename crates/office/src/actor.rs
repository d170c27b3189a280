//! Who does something.

use evidence::{OfficerId, PersonId};
use ledger::BodyName;
use serde::{Deserialize, Serialize};

/// A role. No role may do everything: an operator sees no personal data, oversight sees no diagnoses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Somebody with a record here, for themselves or for those they care for.
    Resident,
    /// Registration desk and helpdesk.
    Desk,
    /// Follow-up worker.
    Field,
    /// Case investigator.
    Investigator,
    /// Laboratory.
    Laboratory,
    /// Decides appeals.
    Reviewer,
    /// Writes and publishes rule sets.
    Policy,
    /// Watches over the office.
    Oversight,
    /// Runs the machines.
    Operator,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 9] = [
        Role::Resident,
        Role::Desk,
        Role::Field,
        Role::Investigator,
        Role::Laboratory,
        Role::Reviewer,
        Role::Policy,
        Role::Oversight,
        Role::Operator,
    ];

    /// The role as a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Role::Resident => "resident",
            Role::Desk => "desk",
            Role::Field => "field",
            Role::Investigator => "investigator",
            Role::Laboratory => "laboratory",
            Role::Reviewer => "reviewer",
            Role::Policy => "policy",
            Role::Oversight => "oversight",
            Role::Operator => "operator",
        }
    }
}

/// Whoever does something, signed in as who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A resident.
    Resident(PersonId),
    /// An officer.
    Officer(Officer),
}

/// An officer of a body, such as a district's health commission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Officer {
    /// Who.
    pub officer: OfficerId,
    /// In which role.
    pub role: Role,
    /// Of which body. Two officers of one body count as one where two bodies must agree.
    pub body: BodyName,
}

impl Actor {
    /// The actor's role.
    #[must_use]
    pub fn role(&self) -> Role {
        match self {
            Actor::Resident(_) => Role::Resident,
            Actor::Officer(officer) => officer.role,
        }
    }

    /// The officer, if it is one.
    pub(crate) fn officer(&self) -> Option<&Officer> {
        match self {
            Actor::Resident(_) => None,
            Actor::Officer(officer) => Some(officer),
        }
    }
}
