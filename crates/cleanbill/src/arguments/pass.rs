//! What can be typed after `cleanbill pass`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use evidence::Level;
use jiff::Timestamp;
use pass::{Birthday, PassId};

use crate::instant;

const KEYGEN_EXAMPLE: &str = "\
Example:
  cleanbill pass keygen --out keys";

const ISSUE_EXAMPLES: &str = "\
Examples:
  cleanbill pass issue --key keys/private.pem --level green --expires 2026-11-24T08:00:00+08:00 --initials Z.W. --birthday 02-29
  cleanbill pass issue --key keys/private.pem --level green --expires 2026-11-24T08:00:00+08:00 --holder phone/public.pem
  cleanbill pass issue --key keys/private.pem --level red --expires 2026-11-24T08:00:00+08:00 --help-at 12320 --qr pass.png";

const PROVE_EXAMPLE: &str = "\
Example:
  cleanbill pass prove --key phone/private.pem 'HC1:…' --qr live.png";

const VERIFY_EXAMPLES: &str = "\
Examples:
  cleanbill pass verify --trust keys/public.pem 'HC1:…'
  cleanbill pass verify --trust certificates --image photo.jpg
  cleanbill pass verify --trust list.cbor --anchor publisher.pem --filter revoked.cbor --file passes.txt

Prints one JSON line for every pass, in their order. Exit code 0 if all are admitted, else 1.";

const INSPECT_EXAMPLES: &str = "\
Examples:
  cleanbill pass inspect 'HC1:…'
  cleanbill pass inspect --steps --trust certificates --at 2021-05-03T18:00:00Z --image certificate.png";

const TRUST_LIST_EXAMPLE: &str = "\
Example:
  cleanbill pass trust-list --key publisher/private.pem --version-number 7 --expires 2026-11-24T08:00:00+08:00 \\
      --name 'Hangzhou CDC' --help-text zh=12320 --out list.cbor keys/public.pem";

const FILTER_EXAMPLE: &str = "\
Example:
  cleanbill pass filter --key publisher/private.pem --version-number 7 --expires 2026-11-24T08:00:00+08:00 \\
      --revoked revoked.txt --living living.txt --out revoked.cbor";

#[derive(Debug, Subcommand)]
pub(crate) enum PassCommand {
    /// Make a key that signs: private.pem, for its owner only, and public.pem.
    #[command(after_help = KEYGEN_EXAMPLE)]
    Keygen {
        /// The folder to write; must not have a key yet.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Issue a pass: prints the text of its QR code.
    #[command(after_help = ISSUE_EXAMPLES)]
    Issue(IssueArguments),
    /// Attach the proof that the phone is here, as a wallet does every 30 seconds: prints the text.
    #[command(after_help = PROVE_EXAMPLE)]
    Prove {
        /// The text of the pass.
        text: String,
        /// The phone's private key (PEM).
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// When the proof is made [default: now].
        #[arg(long, value_name = "TIME", value_parser = instant::parse)]
        at: Option<Timestamp>,
        #[command(flatten)]
        qr: QrArgument,
    },
    /// Check passes and say: admit, do_not_admit or ask_for_help.
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(VerifyArguments),
    /// Show what is in a pass, or how it fares at every step: JSON.
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect {
        /// Only how each step came out: true, false or null.
        #[arg(long)]
        steps: bool,
        #[command(flatten)]
        passes: VerifyArguments,
    },
    /// Publish a signed list of the keys that doors trust.
    #[command(after_help = TRUST_LIST_EXAMPLE)]
    TrustList(TrustListArguments),
    /// Publish a signed filter of revoked passes.
    #[command(after_help = FILTER_EXAMPLE)]
    Filter(FilterArguments),
}

#[derive(Debug, Args)]
pub(crate) struct QrArgument {
    /// Draw the QR code as well: a .png or .svg file, or `-` for the terminal (on standard error).
    #[arg(long, value_name = "FILE")]
    pub(crate) qr: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct IssueArguments {
    /// The issuer's private key (PEM).
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// green, yellow or red.
    #[arg(long)]
    pub(crate) level: Level,
    /// Until when it is valid: at most 24 hours after it begins.
    #[arg(long, value_name = "TIME", value_parser = instant::parse)]
    pub(crate) expires: Timestamp,
    /// From when it is valid [default: now; for a pass that is over already, 24 hours before its end].
    #[arg(long, value_name = "TIME", value_parser = instant::parse)]
    pub(crate) issued: Option<Timestamp>,
    /// Who says it, at most 32 bytes.
    #[arg(long, value_name = "NAME", default_value = "cleanbill")]
    pub(crate) issuer: String,
    /// The id of the rule set, at most 32 bytes.
    #[arg(long, value_name = "ID", default_value = "")]
    pub(crate) rules: String,
    /// The region, at most 16 bytes.
    #[arg(long, value_name = "REGION", default_value = "")]
    pub(crate) region: String,
    /// Initials for a glance at an identity card, at most 12 bytes.
    #[arg(long, value_name = "LETTERS", default_value = "")]
    pub(crate) initials: String,
    /// Month and day of birth, such as 02-29.
    #[arg(long, value_name = "MM-DD")]
    pub(crate) birthday: Option<Birthday>,
    /// Where to get help and contest the level, at most 32 bytes; a yellow or red pass on paper always says it [default
    /// for those: the issuer].
    #[arg(long, value_name = "TEXT")]
    pub(crate) help_at: Option<String>,
    /// The public key (PEM) of the phone that will hold it; without one it is a pass for paper.
    #[arg(long, value_name = "FILE")]
    pub(crate) holder: Option<PathBuf>,
    /// The id of the pass, 16 hexadecimal digits [default: random].
    #[arg(long, value_name = "HEX")]
    pub(crate) id: Option<PassId>,
    #[command(flatten)]
    pub(crate) qr: QrArgument,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    /// Whom to trust: our signed list, X.509 certificates or public keys (PEM, DER), or a DID document; a file, or a
    /// folder of such files. May be given several times.
    #[arg(long, value_name = "FILE_OR_DIR")]
    pub(crate) trust: Vec<PathBuf>,
    /// The public key that signs trust list and filter [default: the public keys given with --trust].
    #[arg(long, value_name = "FILE")]
    pub(crate) anchor: Vec<PathBuf>,
    /// The signed filter of revoked passes.
    #[arg(long, value_name = "FILE")]
    pub(crate) filter: Option<PathBuf>,
    /// The instant to check at [default: now].
    #[arg(long, value_name = "TIME", value_parser = instant::parse)]
    pub(crate) at: Option<Timestamp>,
    /// This is a hospital, pharmacy, food shop, court or polling place: nobody is refused.
    #[arg(long)]
    pub(crate) essential: bool,
    /// How far the time of a live proof may be from the clock, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(0..=3600))]
    pub(crate) proof_tolerance: u32,
}

/// Where the passes come from.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct SourceArguments {
    /// The text of a pass.
    pub(crate) text: Option<String>,
    /// A picture with its QR code: PNG or JPEG.
    #[arg(long, value_name = "FILE")]
    pub(crate) image: Option<PathBuf>,
    /// A file with one text in every line.
    #[arg(long, value_name = "LIST")]
    pub(crate) file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct PublishArguments {
    /// The publisher's private key (PEM).
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// Its version: higher than the one before.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) version_number: u64,
    /// From when it is valid [default: now].
    #[arg(long, value_name = "TIME", value_parser = instant::parse)]
    pub(crate) issued: Option<Timestamp>,
    /// Until when doors may use it.
    #[arg(long, value_name = "TIME", value_parser = instant::parse)]
    pub(crate) expires: Timestamp,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct TrustListArguments {
    #[command(flatten)]
    pub(crate) publish: PublishArguments,
    /// The public keys to be trusted (PEM).
    #[arg(required = true, value_name = "PUBLIC_KEY")]
    pub(crate) keys: Vec<PathBuf>,
    /// Whose keys they are.
    #[arg(long)]
    pub(crate) name: String,
    /// The only issuer whose name they may sign with [default: any].
    #[arg(long, value_name = "NAME")]
    pub(crate) issuer: Option<String>,
    /// From when the keys count [default: always].
    #[arg(long, value_name = "TIME", value_parser = instant::parse)]
    pub(crate) not_before: Option<Timestamp>,
    /// Until when the keys count [default: without an end].
    #[arg(long, value_name = "TIME", value_parser = instant::parse)]
    pub(crate) not_after: Option<Timestamp>,
    /// Where their holders get help and contest a level, by language, such as zh=12320. May be given several times.
    #[arg(long, value_name = "LANGUAGE=TEXT")]
    pub(crate) help_text: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct FilterArguments {
    #[command(flatten)]
    pub(crate) publish: PublishArguments,
    /// The ids of revoked passes that have not expired, 16 hexadecimal digits in every line.
    #[arg(long, value_name = "FILE")]
    pub(crate) revoked: PathBuf,
    /// The ids of all other passes that have not expired: none of them will be taken for revoked.
    #[arg(long, value_name = "FILE")]
    pub(crate) living: Option<PathBuf>,
}
