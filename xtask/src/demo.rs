//! The main job on a simulated outbreak.

use std::process::Command;

use crate::run;

/// A person of the simulated town with several reasons at once.
const PERSON: &str = "p000237";

pub(crate) fn run_demo() -> anyhow::Result<()> {
    let mut cleanbill = Command::new("cargo");
    cleanbill.args(["run", "--quiet", "--package", "cleanbill", "--", "rate"]);
    cleanbill.args(["--bundle", "testdata/covasim-1000/bundle", "--rules", "rulesets/proportionate.toml"]);
    cleanbill.args(["--at", "2020-02-20T00:00:00+08:00", "--out", "target/demo/ratings.csv"]);
    cleanbill.args(["--explain", PERSON]);
    run(&mut cleanbill)
}
