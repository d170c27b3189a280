//! What can be typed to take bundles into an office and out of it.

use std::path::PathBuf;

use clap::Args;
use evidence::OfficerId;
use ledger::BodyName;

use super::{ConfigArgument, Format, Lenience};
use crate::config::ApproverRole;

pub(super) const IMPORT_EXAMPLES: &str = "\
Examples:
  cleanbill bundle import linelist --source district-linelist --config office/cleanbill.toml
  cleanbill bundle import linelist --source district-linelist --config office/cleanbill.toml --approval province.json

May be stopped and called again: nothing is taken in twice.";

/// What `bundle import` takes.
#[derive(Debug, Args)]
pub(crate) struct BundleImportArguments {
    /// The bundle's folder.
    pub(crate) bundle: PathBuf,
    #[command(flatten)]
    pub(crate) config: ConfigArgument,
    /// Where it is from: a name under `sources` in the configuration.
    #[arg(long, value_name = "NAME")]
    pub(crate) source: String,
    /// An approval that `bundle approve` wrote; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) approval: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) lenience: Lenience,
}

pub(super) const EXPORT_EXAMPLE: &str = "\
Example:
  cleanbill bundle export --config office/cleanbill.toml --purpose 'handover to the province' \\
      --approval province.json --out handover";

/// What `bundle export` takes.
#[derive(Debug, Args)]
pub(crate) struct BundleExportArguments {
    #[command(flatten)]
    pub(crate) config: ConfigArgument,
    /// What it is for; everybody sees it.
    #[arg(long, value_name = "WORDS")]
    pub(crate) purpose: String,
    /// An approval that `bundle approve` wrote.
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) approval: Vec<PathBuf>,
    /// The folder to write; must not have a bundle yet.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Format of its tables.
    #[arg(long, default_value = "csv")]
    pub(crate) format: Format,
}

pub(super) const APPROVE_EXAMPLES: &str = "\
Examples:
  cleanbill bundle approve linelist --source district-linelist --body health/province --role investigator --officer lin \\
      --key province/private.pem --out province.json
  cleanbill bundle approve --export-of health/xihu-district --purpose 'handover to the province' --body health/province \\
      --role reviewer --officer lin --key province/private.pem --out province.json";

/// What `bundle approve` takes.
#[derive(Debug, Args)]
pub(crate) struct BundleApproveArguments {
    /// The bundle whose import is approved.
    #[arg(requires = "source", conflicts_with = "export_of")]
    pub(crate) bundle: Option<PathBuf>,
    /// Where it is from, as the office that takes it in declared.
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// Leave bad rows out, as the import will.
    #[arg(long)]
    pub(crate) skip_bad_rows: bool,
    /// The body whose office exports everybody's evidence.
    #[arg(long, value_name = "BODY", requires = "purpose")]
    pub(crate) export_of: Option<BodyName>,
    /// What that export is for.
    #[arg(long, value_name = "WORDS")]
    pub(crate) purpose: Option<String>,
    /// The body that approves.
    #[arg(long, value_name = "BODY")]
    pub(crate) body: BodyName,
    /// In which role.
    #[arg(long)]
    pub(crate) role: ApproverRole,
    /// Which officer.
    #[arg(long, value_name = "ID")]
    pub(crate) officer: OfficerId,
    /// The private key of the body (PEM), as `cleanbill pass keygen` makes it.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}
