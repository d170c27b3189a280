//! How a command ended, when it did not fail.

/// What a command answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Done (exit code 0).
    Done,
    /// Done, and the answer is no: a check failed (exit code 1).
    No,
}
