//! The colour of a person.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// How far a person is restricted. Ordered: `Green < Yellow < Red`.
    Level, "level" {
        /// Free to go anywhere.
        Green = "green",
        /// Asked to stay apart or to take a test, as the reason's advice says.
        Yellow = "yellow",
        /// Asked to stay at home or in care, as the reason's advice says.
        Red = "red",
    }
}
