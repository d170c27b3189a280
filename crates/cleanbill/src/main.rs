//! `cleanbill`: the command line of Clean Bill.
//!
//! Data goes to standard output, what a person should know to standard error. Exit codes: 0 done, 1 a negative answer,
//! 2 bad input or usage.

mod accuracy;
mod approval;
mod arguments;
mod bundle_rows;
mod command;
mod config;
mod erased_list;
mod instant;
mod key_files;
mod loading;
mod machine;
mod opening;
mod outcome;
mod population;
mod result_file;
mod terminal;
mod traced;
mod visit_index;

use std::{panic, process::ExitCode};

use clap::Parser;

use crate::{arguments::Arguments, outcome::Outcome};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // What outside code does with hostile input must not show as a crash; it is told as what it is, below.
    panic::set_hook(Box::new(|_| {}));
    match panic::catch_unwind(panic::AssertUnwindSafe(|| command::run(arguments))) {
        Ok(Ok(Outcome::Done)) => ExitCode::SUCCESS,
        Ok(Ok(Outcome::No)) => ExitCode::from(1),
        Ok(Err(error)) => {
            terminal::error(&error);
            ExitCode::from(2)
        }
        Err(_) => {
            terminal::error(&anyhow::anyhow!(
                "this is a fault of cleanbill, not of your input; nothing was written\n  remedy: report it with the \
                 command and, if you may share it, the input"
            ));
            ExitCode::from(2)
        }
    }
}
