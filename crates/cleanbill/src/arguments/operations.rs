//! What can be typed to run an office.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::Timestamp;

use crate::{
    config::{PublicUrl, Zone},
    instant,
};

pub(super) const INIT_EXAMPLES: &str = "\
Examples:
  cleanbill init office
  cleanbill init office --body health/xihu-district --public-url https://health.example.org --zone Asia/Shanghai \\
    --database env:CLEANBILL_DATABASE";

pub(super) const DOCTOR_EXAMPLES: &str = "\
Examples:
  cleanbill doctor --config office/cleanbill.toml
  cleanbill doctor --config office/cleanbill.toml --records";

pub(super) const SERVE_EXAMPLE: &str = "\
Example:
  cleanbill serve --config office/cleanbill.toml";

pub(super) const DEMO_EXAMPLE: &str = "\
Example:
  cleanbill demo --port 8080";

pub(super) const STAFF_EXAMPLE: &str = "\
Example:
  printf %s 'a long password' | cleanbill staff add --config office/cleanbill.toml --name li --role investigator \\
    --body health/xihu-district";

/// A demonstration.
#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// The port to listen on, at this machine only.
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,
    /// The folder of the town; the same folder shows the same town again [default: a folder that is made and not kept].
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Make the town anew, also where the folder has one.
    #[arg(long)]
    pub(crate) fresh: bool,
    /// How many people live in the town.
    #[arg(long, default_value_t = 2_000)]
    pub(crate) people: u64,
    /// Where it remembers, as for `init` [default: SQLite in the folder].
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,
}

/// What is done with accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum StaffCommand {
    /// Open an account; its password is read from standard input. Prints the secret of its one-time codes, once.
    #[command(after_help = STAFF_EXAMPLE)]
    Add(StaffAddArguments),
    /// Close an account: its sessions end.
    Close {
        #[command(flatten)]
        config: ConfigArgument,
        /// The sign-in name.
        #[arg(long)]
        name: String,
    },
    /// List accounts.
    List(ConfigArgument),
}

/// An account to be opened.
#[derive(Debug, Args)]
pub(crate) struct StaffAddArguments {
    #[command(flatten)]
    pub(crate) config: ConfigArgument,
    /// The sign-in name.
    #[arg(long)]
    pub(crate) name: String,
    /// desk, field, investigator, laboratory, reviewer, policy, oversight or operator. It never changes.
    #[arg(long, value_parser = role)]
    pub(crate) role: office::Role,
    /// The public name of the officer's body. Two officers of one body count as one where two bodies must agree.
    #[arg(long)]
    pub(crate) body: ledger::BodyName,
}

fn role(word: &str) -> Result<office::Role, String> {
    let officers = office::Role::ALL.into_iter().filter(|role| *role != office::Role::Resident);
    let words: Vec<&str> = officers.clone().map(office::Role::word).collect();
    officers
        .clone()
        .find(|role| role.word() == word)
        .ok_or_else(|| format!("is none of {}", words.join(", ")))
}

#[derive(Debug, Args)]
pub(crate) struct InitArguments {
    /// The folder to write; must not be there, or be empty.
    pub(crate) folder: PathBuf,
    /// The public name of the body whose office it is [default: health/example].
    #[arg(long, value_name = "NAME")]
    pub(crate) body: Option<ledger::BodyName>,
    /// The address that people will type [default: http://localhost:8080].
    #[arg(long, value_name = "URL", value_parser = PublicUrl::parse)]
    pub(crate) public_url: Option<PublicUrl>,
    /// Time zone of what people read (IANA name) [default: UTC].
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    pub(crate) zone: Option<Zone>,
    /// sqlite:FILE, postgres://USER@HOST/NAME, or env:NAME for an environment variable that says so [default:
    /// sqlite:office.sqlite].
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,
}

fn zone(name: &str) -> Result<Zone, String> {
    instant::zone(name).map(Zone)
}

/// Which office.
#[derive(Debug, Args)]
pub(crate) struct ConfigArgument {
    /// The office's configuration.
    #[arg(long, value_name = "FILE", default_value = "cleanbill.toml")]
    pub(crate) config: PathBuf,
}

/// What `doctor` takes.
#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    #[command(flatten)]
    pub(crate) config: ConfigArgument,
    /// Look at everything that is kept as well: each record has its person and key, each pass and colour its reason. The office goes on
    /// meanwhile; it reads every record.
    #[arg(long)]
    pub(crate) records: bool,
}

pub(super) const BACKUP_EXAMPLES: &str = "\
Examples:
  cleanbill backup --config office/cleanbill.toml
  cleanbill backup --config office/cleanbill.toml --out /mnt/elsewhere/office.backup
  cleanbill backup --check /mnt/elsewhere/office.backup";

/// What `backup` takes.
#[derive(Debug, Args)]
pub(crate) struct BackupArguments {
    #[command(flatten)]
    pub(crate) config: ConfigArgument,
    /// The file to write [default: one named by this moment in the folder of backups].
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Look whether a backup is whole, without an office or a key. Exits 1 if it is not.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["out", "config"])]
    pub(crate) check: Option<PathBuf>,
}

pub(super) const RESTORE_EXAMPLE: &str = "\
Example:
  cleanbill restore office/backups/20261125T080000Z.backup --config office/cleanbill.toml";

/// What `restore` takes.
#[derive(Debug, Args)]
pub(crate) struct RestoreArguments {
    /// What `backup` wrote.
    pub(crate) backup: PathBuf,
    #[command(flatten)]
    pub(crate) config: ConfigArgument,
    /// The list of those who left [default: erased.txt in the folder of backups, if it is there].
    #[arg(long, value_name = "FILE")]
    pub(crate) erased: Option<PathBuf>,
}

const MASTER_EXAMPLE: &str = "\
Example:
  cleanbill keys rotate master --config office/cleanbill.toml

May be stopped at any moment, and is called again to go on. Servers go on meanwhile: they read the new key by themselves.";

const PASSES_EXAMPLE: &str = "\
Example:
  cleanbill keys rotate passes --config office/cleanbill.toml --from 2026-12-01T08:00:00+08:00";

const DROP_EXAMPLE: &str = "\
Example:
  cleanbill keys drop-previous --config office/cleanbill.toml";

/// What can be typed after `cleanbill keys`.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Replace a key by a new one.
    #[command(subcommand)]
    Rotate(RotateCommand),
    /// Forget the previous master key, when no backup needs it any longer. Exits 1 if the database still does.
    #[command(after_help = DROP_EXAMPLE)]
    DropPrevious(ConfigArgument),
}

/// Which key.
#[derive(Debug, Subcommand)]
pub(crate) enum RotateCommand {
    /// The master key: every key of the database is sealed anew.
    #[command(after_help = MASTER_EXAMPLE)]
    Master(ConfigArgument),
    /// The key that signs passes: a new one signs from an instant on, the one before stays good for a day.
    #[command(after_help = PASSES_EXAMPLE)]
    Passes {
        #[command(flatten)]
        config: ConfigArgument,
        /// From when it signs [default: in two hours].
        #[arg(long, value_name = "TIME", value_parser = instant::parse)]
        from: Option<Timestamp>,
    },
}

pub(super) const PURGE_EXAMPLE: &str = "\
Example:
  cleanbill purge --config office/cleanbill.toml";
