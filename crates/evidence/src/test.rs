//! Laboratory tests.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{TestId, vocabulary::vocabulary};

vocabulary! {
    /// How a test was done.
    TestMethod, "test method" {
        /// Nucleic acid amplification.
        Pcr = "pcr",
        /// Antigen.
        Antigen = "antigen",
        /// Antibodies in blood.
        Serology = "serology",
        /// A clinician's diagnosis.
        Clinical = "clinical",
    }
}

vocabulary! {
    /// What a test found.
    TestResult, "test result" {
        /// Found.
        Positive = "positive",
        /// Not found.
        Negative = "negative",
        /// Neither.
        Inconclusive = "inconclusive",
    }
}

/// A test of one specimen. Carries health data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// The test's id.
    pub test: TestId,
    /// When the specimen was taken.
    pub sampled: Timestamp,
    /// When the result was reported; `None` where the laboratory gave no such time.
    pub reported: Option<Timestamp>,
    /// Method.
    pub method: TestMethod,
    /// Result.
    pub result: TestResult,
}

impl Test {
    /// When the result became known: when it was reported, or when the specimen was taken where no report time was
    /// given.
    #[must_use]
    pub fn known(&self) -> Timestamp {
        self.reported.unwrap_or(self.sampled)
    }
}
