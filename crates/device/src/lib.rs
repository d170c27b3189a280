//! What runs on a person's phone or on a door's tablet, as WebAssembly: [`Door`] checks passes, [`Proof`] shows that the phone of a
//! pass is there, [`Diary`] finds out on the phone whether its owner was near a case, and the functions of `code` read and draw QR
//! codes.
//!
//! It sends nothing and stores nothing: whoever calls it hands in bytes and instants and gets an answer. Instants are milliseconds
//! since 1970 (`Date.now()`); answers that are more than a text or a number are JSON. What goes wrong is thrown as a sentence for
//! people.

mod code;
mod diary;
mod door;
mod wallet;

pub use code::{draw_code, read_frame, read_picture};
pub use diary::Diary;
pub use door::Door;
pub use wallet::{Proof, prove};

use jiff::Timestamp;

/// An instant as JavaScript has it.
fn instant(milliseconds: f64) -> Result<Timestamp, String> {
    // Whole milliseconds up to 2^53 are exact; jiff refuses what lies outside its range.
    #[expect(clippy::cast_possible_truncation, reason = "what does not fit is refused by the line below")]
    let whole = milliseconds as i64;
    Timestamp::from_millisecond(whole)
        .map_err(|_| "the clock of this device shows no possible time; set it".to_owned())
}
