//! What can be typed.

mod exchange;
mod log;
mod operations;
mod pass;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::{Timestamp, tz::TimeZone};

pub(crate) use self::{
    exchange::{BundleApproveArguments, BundleExportArguments, BundleImportArguments},
    log::{LogCommand, TrustArguments},
    operations::{
        BackupArguments, ConfigArgument, DemoArguments, DoctorArguments, InitArguments, KeysCommand,
        RestoreArguments, RotateCommand, StaffAddArguments, StaffCommand,
    },
    pass::{
        FilterArguments, IssueArguments, PassCommand, PublishArguments, SourceArguments, TrustListArguments,
        VerifyArguments,
    },
};
use crate::instant::{self, Days};

/// Clean Bill: from evidence people and health services gave to colours that explain themselves.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Print JSON for machines instead of tables for people.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check, convert and make evidence bundles.
    #[command(subcommand)]
    Bundle(BundleCommand),
    /// Rate everybody in a bundle by a rule set.
    #[command(after_help = RATE_EXAMPLES)]
    Rate(RateArguments),
    /// Find everybody who was near a case, by a disease profile.
    #[command(after_help = CONTACTS_EXAMPLES)]
    Contacts(ContactsArguments),
    /// Find people to be asked whether they were near a place at a time. Nobody's level changes by it.
    #[command(after_help = PLACE_EXAMPLE, allow_negative_numbers = true)]
    Place(PlaceArguments),
    /// Make up a city of any size, with an epidemic and its truth.
    #[command(after_help = SYNTH_EXAMPLE)]
    Synth(SynthArguments),
    /// Measure ratings against known infections: JSON.
    #[command(after_help = "Example:\n  cleanbill evaluate --ratings days.parquet --truth town/truth")]
    Evaluate {
        /// What `rate --days` wrote: CSV or Parquet.
        #[arg(long, value_name = "FILE")]
        ratings: PathBuf,
        /// The folder with infections.csv: person, exposed, infectious, ended.
        #[arg(long, value_name = "DIR")]
        truth: PathBuf,
    },
    /// Show everything with an invented town: prints addresses and sign-ins of every role, and serves until it is stopped.
    #[command(after_help = operations::DEMO_EXAMPLE)]
    Demo(DemoArguments),
    /// Serve an office to residents, officers and doors.
    #[command(after_help = operations::SERVE_EXAMPLE)]
    Serve(ConfigArgument),
    /// Open and close accounts of officers.
    #[command(subcommand)]
    Staff(StaffCommand),
    /// Look whether everything is as an office needs it. Exits 1 and names what is wrong, with its remedy.
    #[command(after_help = operations::DOCTOR_EXAMPLES)]
    Doctor(DoctorArguments),
    /// Back an office up into one file, while it goes on. No key that opens it is in the file.
    #[command(after_help = operations::BACKUP_EXAMPLES)]
    Backup(BackupArguments),
    /// Do what is due now: forget what is over its time, destroy keys of days, end restrictions. The server does it by itself.
    #[command(after_help = operations::PURGE_EXAMPLE)]
    Purge(ConfigArgument),
    /// Put a backup back into an empty database, which may be of another kind.
    #[command(after_help = operations::RESTORE_EXAMPLE)]
    Restore(RestoreArguments),
    /// Replace keys.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Begin an office: a folder with a configuration that explains itself, and keys.
    #[command(after_help = operations::INIT_EXAMPLES)]
    Init(InitArguments),
    /// Verify the public log, and prove what it holds.
    #[command(subcommand)]
    Log(LogCommand),
    /// Issue passes, check them at the door, and publish whom to trust.
    #[command(subcommand)]
    Pass(PassCommand),
    /// Check, show and compare rule sets.
    #[command(subcommand)]
    Rules(RulesCommand),
}

const RATE_EXAMPLES: &str = "\
Examples:
  cleanbill rate --bundle town --rules rulesets/proportionate.toml --at 2020-02-14T00:00:00+08:00 --out ratings.csv
  cleanbill rate --bundle town --rules rules.toml --at 2020-02-14T00:00:00+08:00 --explain p000043
  cleanbill rate --bundle town --rules rules.toml --days 2020-01-20..2020-03-04 --out days.parquet";

const SYNTH_EXAMPLE: &str = "\
Example:
  cleanbill synth --people 20000 --days 30 --seed 1 --out city --format parquet";

#[derive(Debug, Args)]
pub(crate) struct SynthArguments {
    /// How many people live in the city.
    #[arg(long)]
    pub(crate) people: u64,
    /// How many days are simulated.
    #[arg(long)]
    pub(crate) days: u64,
    /// Where random numbers start: the same seed makes the same city.
    #[arg(long)]
    pub(crate) seed: u64,
    /// The folder to write; must not have a bundle yet.
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// Format of its tables.
    #[arg(long, default_value = "csv")]
    pub(crate) format: Format,
    /// The first day [default: 2020-01-20].
    #[arg(long, value_name = "DATE")]
    pub(crate) start: Option<jiff::civil::Date>,
    /// How many venues there are [default: one for 19 people].
    #[arg(long)]
    pub(crate) venues: Option<u64>,
    /// How many people are infected when the first day begins [default: one for 20,000 people, at least ten].
    #[arg(long, value_name = "PEOPLE")]
    pub(crate) infected: Option<u64>,
    /// How many times as infectious as by default a contact is.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    pub(crate) transmissibility: f64,
    /// Share of visits of which nobody recorded the end, 0 to 1.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub(crate) forgotten_checkouts: f64,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BundleCommand {
    /// Validate a bundle: every bad row is named and written to rejected.csv.
    #[command(after_help = "Example:\n  cleanbill bundle check town --at 2020-03-05T00:00:00+08:00")]
    Check(BundleCheckArguments),
    /// Write a bundle anew as CSV or Parquet.
    #[command(after_help = "Example:\n  cleanbill bundle convert town --out town-parquet --format parquet")]
    Convert(BundleConvertArguments),
    /// Take a bundle into an office. Exits 1 while it waits for approval, or is held.
    #[command(after_help = exchange::IMPORT_EXAMPLES)]
    Import(BundleImportArguments),
    /// Write everybody's evidence in an office as a bundle.
    #[command(after_help = exchange::EXPORT_EXAMPLE)]
    Export(BundleExportArguments),
    /// Approve an import or export of another body's office: signed with one's own key, on one's own machine.
    #[command(after_help = exchange::APPROVE_EXAMPLES)]
    Approve(BundleApproveArguments),
    /// Make a bundle from another system's export.
    #[command(subcommand)]
    From(BundleFromCommand),
}

#[derive(Debug, Args)]
pub(crate) struct Lenience {
    /// Go on with the good rows and say how many were left out.
    #[arg(long)]
    pub(crate) skip_bad_rows: bool,
    /// Where to write bad rows [default: rejected.csv in the bundle's folder].
    #[arg(long, value_name = "FILE")]
    pub(crate) rejected: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct BundleCheckArguments {
    /// The bundle's folder.
    pub(crate) bundle: PathBuf,
    /// Rows later than this are bad [default: now].
    #[arg(long, value_parser = instant::parse, value_name = "TIME")]
    pub(crate) at: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) lenience: Lenience,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    /// Text.
    Csv,
    /// Columns, compressed.
    Parquet,
}

#[derive(Debug, Args)]
pub(crate) struct BundleConvertArguments {
    /// The bundle's folder.
    pub(crate) bundle: PathBuf,
    /// The folder to write; must not have a bundle yet.
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// Format of its tables.
    #[arg(long, default_value = "parquet")]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) lenience: Lenience,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BundleFromCommand {
    /// From a case line list and, if there is one, a contact list, by a mapping file.
    #[command(after_help = LINELIST_EXAMPLE)]
    Linelist {
        /// Which column means what (TOML); crates/bundle/mappings has one to start from.
        #[arg(long)]
        mapping: PathBuf,
        /// The case line list (CSV).
        #[arg(long)]
        cases: PathBuf,
        /// The contact list (CSV).
        #[arg(long)]
        contacts: Option<PathBuf>,
        /// The folder to write.
        #[arg(long)]
        out: PathBuf,
        #[command(flatten)]
        lenience: Lenience,
    },
    /// From the export tables of WHO Go.Data.
    #[command(after_help = "Example:\n  cleanbill bundle from godata --in export --out bundle")]
    Godata {
        /// The folder with cases.csv, contacts.csv, relationships.csv, lab_results.csv, followups.csv.
        #[arg(long = "in", value_name = "DIR")]
        input: PathBuf,
        /// The folder to write.
        #[arg(long)]
        out: PathBuf,
        /// Zone of dates without a time (IANA name).
        #[arg(long, value_parser = instant::zone, default_value = "UTC")]
        zone: TimeZone,
        #[command(flatten)]
        lenience: Lenience,
    },
}

const LINELIST_EXAMPLE: &str = "\
Example:
  cleanbill bundle from linelist --mapping crates/bundle/mappings/mers-korea-2015.toml \\
    --cases linelist.csv --contacts contacts.csv --out mers";

/// What `rate` takes, and others that need everybody's evidence.
#[derive(Debug, Args)]
pub(crate) struct EvidenceArguments {
    /// The bundle's folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) bundle: PathBuf,
    /// The disease profile by which contacts are found [default: SARS-CoV-2 as shipped].
    #[arg(long, value_name = "FILE")]
    pub(crate) profile: Option<PathBuf>,
    /// Where an index of visits is kept, to be made or used [default: visits.index in the bundle's folder if its visits
    /// are more than 32 MiB, else none].
    #[arg(long, value_name = "DIR")]
    pub(crate) index: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) lenience: Lenience,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LanguageArgument {
    /// English.
    En,
    /// Simplified Chinese.
    Zh,
}

#[derive(Debug, Args)]
pub(crate) struct RateArguments {
    #[command(flatten)]
    pub(crate) evidence: EvidenceArguments,
    /// The rule set (TOML).
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: PathBuf,
    /// The instant.
    #[arg(long, value_parser = instant::parse, value_name = "TIME", required_unless_present = "days")]
    pub(crate) at: Option<Timestamp>,
    /// Rate each local midnight of these days with what was known by then; both days included.
    #[arg(long, value_parser = Days::parse, value_name = "FROM..TO", conflicts_with = "at")]
    pub(crate) days: Option<Days>,
    /// Zone of the midnights and of times written [default: the rule set's].
    #[arg(long, value_parser = instant::zone, value_name = "ZONE")]
    pub(crate) zone: Option<TimeZone>,
    /// The file to write: CSV or Parquet, by its ending.
    #[arg(long, value_name = "FILE", required_unless_present = "explain")]
    pub(crate) out: Option<PathBuf>,
    /// Restrict nobody outside the rule set's effective dates.
    #[arg(long)]
    pub(crate) in_force: bool,
    /// Explain one person's colour.
    #[arg(long, value_name = "PERSON", conflicts_with = "days")]
    pub(crate) explain: Option<String>,
    /// Language of the explanation [default: all].
    #[arg(long)]
    pub(crate) lang: Option<LanguageArgument>,
}

const CONTACTS_EXAMPLES: &str = "\
Examples:
  cleanbill contacts --bundle town --profile profiles/sars-cov-2.toml --at 2020-02-14T00:00:00+08:00 --out contacts.csv
  cleanbill contacts --bundle town --at 2020-02-14T00:00:00+08:00 --explain p000043";

#[derive(Debug, Args)]
pub(crate) struct ContactsArguments {
    #[command(flatten)]
    pub(crate) evidence: EvidenceArguments,
    /// With what was known at this instant.
    #[arg(long, value_parser = instant::parse, value_name = "TIME")]
    pub(crate) at: Timestamp,
    /// Zone of times written (IANA name).
    #[arg(long, value_parser = instant::zone, value_name = "ZONE", default_value = "UTC")]
    pub(crate) zone: TimeZone,
    /// The file to write: CSV or Parquet, by its ending.
    #[arg(long, value_name = "FILE", required_unless_present = "explain")]
    pub(crate) out: Option<PathBuf>,
    /// Show one person's exposures, with the visits and trips that make them.
    #[arg(long, value_name = "PERSON")]
    pub(crate) explain: Option<String>,
    /// Write exposures, not questions, also for cases near more people than the profile's `ask_above`.
    #[arg(long)]
    pub(crate) yes: bool,
}

const PLACE_EXAMPLE: &str = "\
Example:
  cleanbill place --bundle town --lat 30.25 --lon 120.16 --radius 300 \\
    --from 2020-02-14T18:00:00+08:00 --to 2020-02-14T21:00:00+08:00 --out questions.csv";

#[derive(Debug, Args)]
pub(crate) struct PlaceArguments {
    #[command(flatten)]
    pub(crate) evidence: EvidenceArguments,
    /// Latitude, in degrees north.
    #[arg(long, value_name = "DEGREES")]
    pub(crate) lat: f64,
    /// Longitude, in degrees east.
    #[arg(long, value_name = "DEGREES")]
    pub(crate) lon: f64,
    /// How far around, in metres.
    #[arg(long, value_name = "METRES")]
    pub(crate) radius: f64,
    /// First instant.
    #[arg(long, value_parser = instant::parse, value_name = "TIME")]
    pub(crate) from: Timestamp,
    /// End.
    #[arg(long, value_parser = instant::parse, value_name = "TIME")]
    pub(crate) to: Timestamp,
    /// Zone of times written (IANA name).
    #[arg(long, value_parser = instant::zone, value_name = "ZONE", default_value = "UTC")]
    pub(crate) zone: TimeZone,
    /// The file to write: CSV or Parquet, by its ending.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Go on without asking when more people are found than the profile's `ask_above`.
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// Check a rule set before it hurts anyone. Exits 1 if it must not be published.
    #[command(after_help = "Example:\n  cleanbill rules check rulesets/proportionate.toml")]
    Check {
        /// The rule set (TOML).
        file: PathBuf,
    },
    /// Print a rule set in plain words.
    #[command(after_help = "Example:\n  cleanbill rules show rulesets/proportionate.toml --lang zh")]
    Show {
        /// The rule set (TOML).
        file: PathBuf,
        /// Language.
        #[arg(long, default_value = "en")]
        lang: LanguageArgument,
    },
    /// Show who would change, by rule and by group, if NEW replaced OLD.
    #[command(
        after_help = "Example:\n  cleanbill rules preview old.toml new.toml --bundle town --at 2020-02-14T00:00:00+08:00"
    )]
    Preview {
        /// The rule set in force.
        old: PathBuf,
        /// The rule set that would replace it.
        new: PathBuf,
        #[command(flatten)]
        evidence: EvidenceArguments,
        /// The instant.
        #[arg(long, value_parser = instant::parse, value_name = "TIME")]
        at: Timestamp,
    },
    /// Count, for each rule, how many of those it restricted later tested positive.
    #[command(
        after_help = "Example:\n  cleanbill rules efficacy rules.toml --bundle town --at 2020-03-05T00:00:00+08:00"
    )]
    Efficacy {
        /// The rule set (TOML).
        file: PathBuf,
        #[command(flatten)]
        evidence: EvidenceArguments,
        /// With what was known at this instant.
        #[arg(long, value_parser = instant::parse, value_name = "TIME")]
        at: Timestamp,
    },
}
