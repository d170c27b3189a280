//! The commands, one file each.

mod backup;
mod bundle_check;
mod bundle_export;
mod bundle_from;
mod bundle_import;
mod contacts;
mod doctor;
mod evaluate;
mod init;
mod keys;
mod log;
mod pass;
mod place;
mod purge;
mod rate;
mod rules_check;
mod rules_efficacy;
mod rules_preview;
mod rules_show;
mod synth;

pub(crate) use self::keys::PASS_KEY_DAYS_MAX;

use std::path::Path;

use anyhow::Context;
use rating::{Language, RuleSet};
use serde::Serialize;

use crate::{
    arguments::{Arguments, BundleCommand, BundleFromCommand, Command, LanguageArgument, RulesCommand},
    outcome::Outcome,
};

/// Runs what was typed.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Outcome> {
    let json = arguments.json;
    match arguments.command {
        Command::Backup(arguments) => backup::run(&arguments, json),
        Command::Restore(arguments) => backup::restore(&arguments, json),
        Command::Bundle(BundleCommand::Check(check)) => bundle_check::run(&check, json),
        Command::Bundle(BundleCommand::Convert(convert)) => bundle_from::convert(&convert, json),
        Command::Bundle(BundleCommand::Import(arguments)) => bundle_import::run(&arguments, json),
        Command::Bundle(BundleCommand::Approve(arguments)) => bundle_import::approve(&arguments, json),
        Command::Bundle(BundleCommand::Export(arguments)) => bundle_export::run(&arguments, json),
        Command::Bundle(BundleCommand::From(BundleFromCommand::Linelist {
            mapping,
            cases,
            contacts,
            out,
            lenience,
        })) => bundle_from::linelist(&mapping, &cases, contacts.as_deref(), &out, &lenience, json),
        Command::Bundle(BundleCommand::From(BundleFromCommand::Godata { input, out, zone, lenience })) => {
            bundle_from::godata(&input, &out, &zone, &lenience, json)
        }
        Command::Contacts(arguments) => contacts::run(&arguments, json),
        Command::Evaluate { ratings, truth } => evaluate::run(&ratings, &truth),
        Command::Doctor(arguments) => doctor::run(&arguments, json),
        Command::Init(arguments) => init::run(&arguments, json),
        Command::Keys(command) => keys::run(&command, json),
        Command::Log(command) => log::run(&command, json),
        Command::Pass(command) => pass::run(&command),
        Command::Place(arguments) => place::run(&arguments, json),
        Command::Purge(config) => purge::run(&config, json),
        Command::Rate(rate) => rate::run(&rate, json),
        Command::Synth(arguments) => synth::run(&arguments, json),
        Command::Rules(RulesCommand::Check { file }) => rules_check::run(&file, json),
        Command::Rules(RulesCommand::Show { file, lang }) => rules_show::run(&file, lang.language(), json),
        Command::Rules(RulesCommand::Preview { old, new, evidence, at }) => {
            rules_preview::run(&old, &new, &evidence, at, json)
        }
        Command::Rules(RulesCommand::Efficacy { file, evidence, at }) => {
            rules_efficacy::run(&file, &evidence, at, json)
        }
    }
}

/// Reads a rule set from a file; problems are named by file and line.
pub(crate) fn read_rules(file: &Path) -> anyhow::Result<RuleSet> {
    let document = std::fs::read(file).with_context(|| format!("{}: cannot be read", file.display()))?;
    RuleSet::parse(&document).map_err(|error| {
        let problems: Vec<String> = error
            .problems
            .iter()
            .map(|problem| {
                format!("{}:{}: {}\n  remedy: {}", file.display(), problem.line, problem.what, problem.remedy)
            })
            .collect();
        anyhow::anyhow!("{}", problems.join("\n"))
    })
}

/// Prints a value as JSON on standard output.
pub(crate) fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    anstream::println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

impl LanguageArgument {
    fn language(self) -> Language {
        match self {
            LanguageArgument::En => Language::En,
            LanguageArgument::Zh => Language::Zh,
        }
    }
}
