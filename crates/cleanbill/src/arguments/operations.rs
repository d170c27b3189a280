//! What can be typed to run an office.

use std::path::PathBuf;

use clap::Args;

use crate::{
    config::{PublicUrl, Zone},
    instant,
};

pub(super) const INIT_EXAMPLES: &str = "\
Examples:
  cleanbill init office
  cleanbill init office --body health/xihu-district --public-url https://health.example.org --zone Asia/Shanghai \\
    --database env:CLEANBILL_DATABASE";

pub(super) const DOCTOR_EXAMPLE: &str = "\
Example:
  cleanbill doctor --config office/cleanbill.toml";

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
