//! How each kind of evidence stands in its table.

mod case;
mod health;
mod named_contact;
mod person;
mod place;
mod ruling;
mod test;
mod travel;
