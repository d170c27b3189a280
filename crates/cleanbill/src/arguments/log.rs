//! What can be typed after `cleanbill log`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

const VERIFY_EXAMPLE: &str = "\
Example:
  cleanbill log verify vectors/ledger/small-log --key vectors/ledger/log.pub";

const PROVE_EXAMPLES: &str = "\
Examples:
  cleanbill log prove --receipt receipt.json --key log.pub
  cleanbill log prove --receipt receipt.json --log mirror --key log.pub
  cleanbill log prove --index 17 --log mirror --key log.pub --out proof.json";

#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    /// Compute the whole log again. Exits 1 and names the first wrong place if it is not what was signed.
    #[command(after_help = VERIFY_EXAMPLE)]
    Verify {
        /// The log's folder, with `checkpoint` and `tile/`.
        log: PathBuf,
        #[command(flatten)]
        trust: TrustArguments,
        /// A checkpoint seen before: the log must have grown from it.
        #[arg(long, value_name = "FILE")]
        previous: Option<PathBuf>,
    },
    /// Check a receipt, or make a proof that an entry is in the log. Exits 1 if it does not hold.
    #[command(after_help = PROVE_EXAMPLES)]
    Prove {
        /// The receipt a person holds (JSON), or a proof made by --index.
        #[arg(long, value_name = "FILE", required_unless_present = "index", conflicts_with = "index")]
        receipt: Option<PathBuf>,
        /// The entry's index in the log, from 0.
        #[arg(long, value_name = "NUMBER", requires = "log")]
        index: Option<u64>,
        /// The log's folder; with --receipt, the log must have grown from the receipt's checkpoint.
        #[arg(long, value_name = "DIR")]
        log: Option<PathBuf>,
        #[command(flatten)]
        trust: TrustArguments,
        /// Where to write the proof made by --index [default: standard output].
        #[arg(long, value_name = "FILE", requires = "index")]
        out: Option<PathBuf>,
    },
}

/// Whose signatures are believed.
#[derive(Debug, Args)]
pub(crate) struct TrustArguments {
    /// The log's public key: `name+id+base64`, or a file with it.
    #[arg(long, value_name = "KEY")]
    pub(crate) key: String,
    /// A witness's public key, or a file with it; may be given several times.
    #[arg(long, value_name = "KEY")]
    pub(crate) witness: Vec<String>,
    /// How many of these witnesses must have cosigned [default: all].
    #[arg(long, value_name = "NUMBER", requires = "witness")]
    pub(crate) witnesses_min: Option<usize>,
}
