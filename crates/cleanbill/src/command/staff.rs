//! `cleanbill staff`: accounts of officers, opened and closed at the machine itself by whoever holds its keys.

use std::io::Read as _;

use anyhow::Context;
use office::{Actor, NewAccount, Officer, Role};
use serde_json::json;

use super::print_json;
use crate::{
    arguments::{StaffAddArguments, StaffCommand},
    config::Config,
    opening::{self, wait_for},
    outcome::Outcome,
    terminal,
};

/// Whoever types at the machine.
pub(super) fn operator(config: &Config) -> anyhow::Result<Actor> {
    let officer = "at-the-machine".parse()?;
    Ok(Actor::Officer(Officer { officer, role: Role::Operator, body: config.office.body.clone() }))
}

/// Does what was typed.
pub(super) fn run(command: &StaffCommand, is_json: bool) -> anyhow::Result<Outcome> {
    match command {
        StaffCommand::Add(arguments) => add(arguments, is_json),
        StaffCommand::Close { config, name } => {
            let config = Config::read(&config.config)?;
            wait_for(async {
                let office = opening::open(&config).await?.office;
                Ok(office.close_account(&operator(&config)?, name).await?)
            })?;
            Ok(Outcome::Done)
        }
        StaffCommand::List(config) => {
            let config = Config::read(&config.config)?;
            let accounts = wait_for(async {
                let office = opening::open(&config).await?.office;
                Ok(office.accounts(&operator(&config)?).await?)
            })?;
            if is_json {
                print_json(&accounts)?;
                return Ok(Outcome::Done);
            }
            for account in accounts {
                let closed = if account.closed { "  closed" } else { "" };
                anstream::println!("{}  {}  {}{closed}", account.name, account.role.word(), account.body);
            }
            Ok(Outcome::Done)
        }
    }
}

fn add(arguments: &StaffAddArguments, is_json: bool) -> anyhow::Result<Outcome> {
    let config = Config::read(&arguments.config.config)?;
    let mut password = String::new();
    std::io::stdin()
        .read_to_string(&mut password)
        .context("the password cannot be read from standard input")?;
    let new = NewAccount {
        name: arguments.name.clone(),
        role: arguments.role,
        body: arguments.body.clone(),
        password: password.trim_end_matches(['\r', '\n']).to_owned(),
    };
    let secret = wait_for(async {
        let office = opening::open(&config).await?.office;
        Ok(office.open_account(&operator(&config)?, &new).await?)
    })?;
    let secret = secret.to_base32();
    let address = format!("otpauth://totp/CleanBill:{}?secret={secret}&issuer=CleanBill", arguments.name);
    if is_json {
        print_json(&json!({ "name": arguments.name, "secret": secret, "address": address }))?;
        return Ok(Outcome::Done);
    }
    anstream::println!("{address}");
    terminal::note("this secret is shown once: enter it into the officer's authenticator");
    Ok(Outcome::Done)
}
