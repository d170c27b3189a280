//! Opening an office as its configuration says: store, keys, passes, clock and randomness. Every command and the server do it here.

use std::{path::Path, sync::Arc};

use anyhow::{Context, anyhow, bail};
use contacts::Profile;
use evidence::OfficerId;
use issuer::{KeyRing, OVERLAP_MIN, SoftwareKey};
use jiff::SignedDuration;
use ledger::PrivateKey;
use office::{Actor, Clock, KeySource, Office, Officer, PassDesk, Role, SignInTimes};
use store::{MasterKey, Store};
use store_objects::StoredObjects;
use store_postgres::PostgresStore;
use store_sqlite::SqliteStore;

use crate::{
    config::{Config, Database, KeysConfig},
    key_files,
    machine::{MachineClock, MachineRandomness},
};

/// An office that is open.
pub(crate) struct Opened {
    /// The office.
    pub(crate) office: Office,
    /// Its database.
    pub(crate) store: Arc<dyn Store>,
    /// The key of its public log.
    pub(crate) log_key: PrivateKey,
    /// The key of deletion records and other documents.
    pub(crate) documents: SoftwareKey,
    /// Whoever types a command: an operator of the office's body.
    pub(crate) operator: Actor,
}

/// Opens an office.
///
/// # Errors
/// Names what is missing or wrong, and the remedy.
pub(crate) async fn open(config: &Config) -> anyhow::Result<Opened> {
    open_by(config, Arc::new(MachineClock)).await
}

/// Opens an office that goes by a clock.
///
/// # Errors
/// As [`open`].
pub(crate) async fn open_by(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<Opened> {
    let master = key_files::read_master(&config.keys)?;
    let log_key = key_files::read_log_key(&config.keys.log)?;
    let documents = issuer::read_key_file(&config.keys.documents)?;
    let passes = pass_desk(config)?;
    let profile = profile(config.disease.profile.as_deref())?;
    let store = open_store(config).await?;
    let office = Office::new(
        Arc::clone(&store),
        master,
        clock,
        Arc::new(MachineRandomness),
        profile,
        config.office.body.clone(),
    );
    let times = &config.sign_in;
    let times = SignInTimes {
        officer: SignedDuration::from_hours(times.officer_session_hours.0.into()),
        resident: SignedDuration::from_hours(times.resident_session_hours.0.into()),
        code: SignedDuration::from_mins(times.code_minutes.0.into()),
    };
    let office = office
        .in_time_zone(config.office.zone.0.clone())
        .signing_in(times)
        .issuing(passes)
        .moving_visits_to(Arc::new(StoredObjects::in_folder(&config.folders.visits)?))
        .signing_documents(Arc::new(issuer::read_key_file(&config.keys.documents)?))
        .fetching_keys(Arc::new(KeyFiles(config.keys.clone())));
    let officer = OfficerId::new("operator").context("the operator's id")?;
    let operator = Officer { officer, role: Role::Operator, body: config.office.body.clone() };
    Ok(Opened { office, store, log_key, documents, operator: Actor::Officer(operator) })
}

/// The files in which the master key is.
#[derive(Debug)]
struct KeyFiles(KeysConfig);

impl KeySource for KeyFiles {
    fn master_key(&self) -> Option<MasterKey> {
        key_files::read_master(&self.0).ok()
    }
}

/// Opens the database and brings its tables up to date.
pub(crate) async fn open_store(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    let url = &config.database.url;
    let place = || {
        format!(
            "{url}: cannot be opened\n  remedy: see that the database is there and may be used by this user"
        )
    };
    match url {
        Database::Sqlite(file) => Ok(Arc::new(SqliteStore::open(file).await.with_context(place)?)),
        Database::Postgres(address) => {
            let connections = config.database.connections.0;
            Ok(Arc::new(PostgresStore::connect(address, connections).await.with_context(place)?))
        }
    }
}

/// What passes are issued with.
fn pass_desk(config: &Config) -> anyhow::Result<PassDesk> {
    let passes = &config.passes;
    let mut keys = key_files::read_pass_keys(&config.keys.passes)?.into_iter();
    let Some((from, first)) = keys.next() else {
        bail!(
            "{}: has no key that signs passes\n  remedy: `cleanbill keys rotate passes` makes one",
            config.keys.passes.display()
        );
    };
    let (name, help) = (&config.office.name, passes.help_at_doors.clone());
    let mut ring = KeyRing::new(name, &passes.issuer, help, Box::new(first), from)?;
    for (from, key) in keys {
        ring.rotate(Box::new(key), from, OVERLAP_MIN)
            .with_context(|| config.keys.passes.display().to_string())?;
    }
    ring.forget_old(crate::machine::now());
    Ok(PassDesk {
        keys: ring,
        publisher: Box::new(issuer::read_key_file(&config.keys.publisher)?),
        issuer: passes.issuer.clone(),
        region: passes.region.clone(),
        rule_set_codes: passes.rule_set_codes.clone(),
        help: passes.help.clone(),
    })
}

/// Reads a disease profile; the shipped one where none is named.
pub(crate) fn profile(file: Option<&Path>) -> anyhow::Result<Profile> {
    let Some(file) = file else {
        return Profile::parse(Profile::SARS_COV_2.as_bytes()).context("the shipped disease profile");
    };
    let document = std::fs::read(file).with_context(|| format!("{}: cannot be read", file.display()))?;
    Profile::parse(&document).map_err(|error| {
        anyhow!("{}:{}: {}\n  remedy: {}", file.display(), error.line, error.what, error.remedy)
    })
}

/// Runs something that waits for a database.
pub(crate) fn wait_for<T>(what: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.context("this machine gives no threads")?.block_on(what)
}
