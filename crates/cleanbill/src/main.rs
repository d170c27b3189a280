//! `cleanbill`: the command line of Clean Bill.
//!
//! Data goes to standard output, what a person should know to standard error. Exit codes: 0 done, 1 a negative answer,
//! 2 bad input or usage.

mod accuracy;
mod arguments;
mod command;
mod instant;
mod loading;
mod outcome;
mod population;
mod result_file;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use crate::{arguments::Arguments, outcome::Outcome};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match command::run(arguments) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::No) => ExitCode::from(1),
        Err(error) => {
            terminal::error(&error);
            ExitCode::from(2)
        }
    }
}
