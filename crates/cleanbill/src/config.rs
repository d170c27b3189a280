//! The configuration of an office: one TOML file beside its keys and data. What is not known is refused by line, and no field
//! turns a right off.

mod database;
mod sample;
mod secret;
mod value;

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow};
use ledger::BodyName;
use serde::{Deserialize, Serialize};

pub(crate) use self::{
    database::Database,
    sample::{Sample, sample},
    secret::Secret,
    value::{PublicUrl, Within, Zone},
};

/// Name of the configuration in the folder that `init` writes.
pub(crate) const CONFIG_FILE: &str = "cleanbill.toml";

/// Everything that differs between one office and another. Paths are absolute once it has been read.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) office: OfficeConfig,
    pub(crate) server: ServerConfig,
    pub(crate) database: DatabaseConfig,
    pub(crate) folders: FoldersConfig,
    pub(crate) keys: KeysConfig,
    #[serde(default)]
    pub(crate) disease: DiseaseConfig,
    pub(crate) passes: PassesConfig,
    #[serde(default)]
    pub(crate) sign_in: SignInConfig,
    #[serde(default)]
    pub(crate) limits: LimitsConfig,
    pub(crate) mail: Option<MailConfig>,
    pub(crate) sms: Option<SmsConfig>,
    pub(crate) web_push: Option<WebPushConfig>,
    pub(crate) oversight: Option<OversightConfig>,
    /// Where evidence may be taken in from besides this office, each with what people were told of it (R15).
    #[serde(default)]
    pub(crate) sources: BTreeMap<String, String>,
    /// Officers of other bodies whose signed approval imports and exports need.
    #[serde(default)]
    pub(crate) approvers: Vec<ApproverConfig>,
}

/// Who of another body approves imports and exports.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApproverConfig {
    /// The body.
    pub(crate) body: BodyName,
    /// In which role its officers approve.
    pub(crate) role: ApproverRole,
    /// Its public key (PEM).
    pub(crate) key: PathBuf,
}

/// A role in which officers of another body approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ApproverRole {
    /// Investigates cases.
    Investigator,
    /// Reviews appeals.
    Reviewer,
    /// Watches over offices: releases what was held.
    Oversight,
}

/// Whose office it is.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfficeConfig {
    /// The public name of the body, as the public log has it.
    pub(crate) body: BodyName,
    /// Its name, as people read it.
    pub(crate) name: String,
    /// Time zone of days and times that people read.
    pub(crate) zone: Zone,
}

/// Where the server answers.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerConfig {
    /// Address and port to listen on.
    pub(crate) listen: SocketAddr,
    /// The address as people type it.
    pub(crate) public_url: PublicUrl,
    /// Addresses of the proxies in front, which are believed about who asks.
    #[serde(default)]
    pub(crate) proxies: Vec<IpAddr>,
}

/// Where the office remembers.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DatabaseConfig {
    /// Which database.
    pub(crate) url: Database,
    /// Connections to PostgreSQL that are open at once.
    #[serde(default = "connections")]
    pub(crate) connections: Within<1, 1000>,
}

fn connections() -> Within<1, 1000> {
    Within(16)
}

/// Folders for what lies beside the database.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FoldersConfig {
    /// The files of the public log, for a web server or mirrors to copy.
    pub(crate) log: PathBuf,
    /// Visits of earlier days.
    pub(crate) visits: PathBuf,
    /// Backups.
    pub(crate) backups: PathBuf,
}

/// Where keys are.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeysConfig {
    /// The master key, and its predecessor while there is one.
    pub(crate) master: PathBuf,
    /// The key by which people are found. It is never replaced.
    pub(crate) lookup: PathBuf,
    /// Folder of the keys that sign passes: each file is named by the instant from which it signs.
    pub(crate) passes: PathBuf,
    /// Signs trust lists and filters.
    pub(crate) publisher: PathBuf,
    /// Signs the checkpoints of the public log.
    pub(crate) log: PathBuf,
    /// Signs deletion records and other documents.
    pub(crate) documents: PathBuf,
}

/// Which disease.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiseaseConfig {
    /// The profile; the shipped one of SARS-CoV-2 where none is named.
    pub(crate) profile: Option<PathBuf>,
}

/// What passes say.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PassesConfig {
    /// The authority's short name.
    pub(crate) issuer: String,
    /// The region; may be empty.
    #[serde(default)]
    pub(crate) region: String,
    /// Where help and appeal are, as paper passes above green say it.
    pub(crate) help: String,
    /// The same for doors, by language.
    #[serde(default)]
    pub(crate) help_at_doors: BTreeMap<String, String>,
    /// Short codes of rule sets, by their id.
    #[serde(default)]
    pub(crate) rule_set_codes: BTreeMap<String, String>,
}

/// How long sign-ins last.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SignInConfig {
    /// Longest session of an officer.
    pub(crate) officer_session_hours: Within<1, 24>,
    /// Longest session of a resident.
    pub(crate) resident_session_hours: Within<1, 720>,
    /// How long a one-time code is good.
    pub(crate) code_minutes: Within<1, 60>,
}

impl Default for SignInConfig {
    fn default() -> Self {
        Self {
            officer_session_hours: Within(10),
            resident_session_hours: Within(168),
            code_minutes: Within(10),
        }
    }
}

/// How much the server takes on.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LimitsConfig {
    /// Largest body of a request.
    pub(crate) body_bytes: Within<1_024, 67_108_864>,
    /// Requests of one address in a minute; many people may share one.
    pub(crate) requests_per_minute: Within<10, 1_000_000>,
    /// Requests of one address in an hour that sign in, register or ask for a code.
    pub(crate) sign_ins_per_hour: Within<3, 100_000>,
    /// Requests that are answered at once; more are told to come again.
    pub(crate) at_once: Within<1, 100_000>,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            body_bytes: Within(1_048_576),
            requests_per_minute: Within(6_000),
            sign_ins_per_hour: Within(600),
            at_once: Within(512),
        }
    }
}

/// E-mail.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MailConfig {
    /// The relay, such as `smtps://user:password@mail.example.org`.
    pub(crate) smtp: Secret,
    /// The sender.
    pub(crate) from: String,
}

/// Text messages, handed to a web service.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SmsConfig {
    /// The address that takes them by POST.
    pub(crate) webhook: PublicUrl,
    /// Its bearer token.
    pub(crate) token: Secret,
}

/// Messages to browsers (RFC 8292).
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebPushConfig {
    /// Whom a push service may write to, such as `mailto:operator@example.org`.
    pub(crate) contact: String,
    /// The private key (PEM).
    pub(crate) key: PathBuf,
    /// Hosts of the push services that are sent to, and all below them.
    #[serde(default = "push_services")]
    pub(crate) services: Vec<String>,
}

/// The services of the browsers that people have.
fn push_services() -> Vec<String> {
    ["fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com"]
        .map(ToOwned::to_owned)
        .into()
}

/// The body that watches over this office.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OversightConfig {
    /// Where it is written to when there is something to look at: a mail address or telephone number.
    pub(crate) contact: String,
}

impl Config {
    /// Reads a configuration; paths in it are relative to its folder.
    ///
    /// # Errors
    /// Names file, line and remedy.
    pub(crate) fn read(file: &Path) -> anyhow::Result<Config> {
        let text = std::fs::read_to_string(file).with_context(|| {
            format!(
                "{}: cannot be read\n  remedy: `cleanbill init DIR` writes a configuration",
                file.display()
            )
        })?;
        let absolute =
            std::path::absolute(file).with_context(|| format!("{}: has no place", file.display()))?;
        Config::parse(&text, file, absolute.parent().unwrap_or(Path::new("/")))
    }

    fn parse(text: &str, file: &Path, folder: &Path) -> anyhow::Result<Config> {
        let mut config: Config = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            anyhow!(
                "{}:{line}: {}\n  remedy: correct it; `cleanbill init` writes a configuration that explains every field",
                file.display(),
                error.message()
            )
        })?;
        for path in config.paths() {
            *path = folder.join(&path);
        }
        Ok(config)
    }

    fn paths(&mut self) -> Vec<&mut PathBuf> {
        let Config { database, folders, keys, disease, web_push, approvers, .. } = self;
        let mut paths = vec![
            &mut folders.log,
            &mut folders.visits,
            &mut folders.backups,
            &mut keys.master,
            &mut keys.lookup,
            &mut keys.passes,
            &mut keys.publisher,
            &mut keys.log,
            &mut keys.documents,
        ];
        paths.extend(database.url.file_mut());
        paths.extend(&mut disease.profile);
        paths.extend(approvers.iter_mut().map(|approver| &mut approver.key));
        paths.extend(web_push.as_mut().map(|web_push| &mut web_push.key));
        paths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> anyhow::Result<Config> {
        Config::parse(text, Path::new("cleanbill.toml"), Path::new("/office"))
    }

    fn written() -> String {
        sample(&Sample::default())
    }

    #[test]
    fn the_sample_is_read_and_its_paths_are_beside_it() {
        let config = parse(&written()).unwrap();
        assert_eq!(config.keys.master, Path::new("/office/keys/master.key"));
        assert_eq!(config.folders.log, Path::new("/office/log"));
        assert_eq!(config.database.url, Database::Sqlite("/office/office.sqlite".into()));
        assert!(config.mail.is_none() && config.sms.is_none() && config.web_push.is_none());
        assert!(config.server.proxies.is_empty(), "nobody is believed about who asks");
    }

    #[test]
    fn what_the_sample_shows_as_a_comment_is_right_as_well() {
        // A line of the sample that begins with `#` and no space is a setting that is not in use.
        let text: String = written()
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(rest) if !rest.is_empty() && !rest.starts_with(' ') => format!("{rest}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        // The sample names these variables; a test does not set them.
        let text = text.replace("env:CLEANBILL_SMTP", "smtps://mail").replace("env:CLEANBILL_SMS_TOKEN", "t");
        let config = parse(&text).unwrap();
        assert_eq!(config.approvers.len(), 1);
        assert_eq!(config.sources.len(), 1);
        assert!(config.mail.is_some() && config.sms.is_some() && config.oversight.is_some());
        assert_eq!(config.web_push.unwrap().services, push_services());
        assert_eq!(config.disease.profile, Some(PathBuf::from("/office/profile.toml")));
        assert_eq!(config.server.proxies, ["127.0.0.1".parse::<IpAddr>().unwrap()]);
    }

    #[test]
    fn what_is_commented_out_is_the_default() {
        let config = parse(&written()).unwrap();
        let uncommented: String =
            written().lines().map(|l| format!("{}\n", l.trim_start_matches('#'))).collect();
        for (field, value) in [
            ("connections", config.database.connections.0),
            ("officer_session_hours", config.sign_in.officer_session_hours.0),
            ("resident_session_hours", config.sign_in.resident_session_hours.0),
            ("code_minutes", config.sign_in.code_minutes.0),
            ("body_bytes", config.limits.body_bytes.0),
            ("requests_per_minute", config.limits.requests_per_minute.0),
            ("sign_ins_per_hour", config.limits.sign_ins_per_hour.0),
            ("at_once", config.limits.at_once.0),
        ] {
            assert!(uncommented.contains(&format!("\n{field} = {value}\n")), "{field} = {value}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_by_line() {
        let line_of = |part: &str| written().lines().position(|line| line.starts_with(part)).unwrap() + 1;
        for (field, wrong, says) in [
            ("listen", "listen = \"everywhere\"", "invalid socket address"),
            ("body", "body = \"Anna Li\"", "cannot stand in a public name"),
            ("zone", "zone = \"Hangzhou\"", "is not a time zone"),
            ("url", "url = \"mysql://x\"", "is no database"),
            ("public_url", "public_url = \"health.example.org\"", "begins with https://"),
            ("master", "mister = \"keys/master.key\"", "unknown field `mister`"),
            ("#proxies", "proxies = [\"proxy.example.org\"]", "invalid IP address"),
        ] {
            let prefix = format!("{field} = ");
            let line = line_of(&prefix);
            let text: String = written()
                .lines()
                .map(|l| if l.starts_with(&prefix) { format!("{wrong}\n") } else { format!("{l}\n") })
                .collect();
            let error = parse(&text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("cleanbill.toml:{line}: ")), "{field}: {error}");
            assert!(error.contains(says) && error.contains("remedy: "), "{field}: {error}");
        }
    }

    #[test]
    fn a_number_outside_its_range_is_refused() {
        let text = written().replace("#sign_ins_per_hour = 600", "sign_ins_per_hour = 1000000");
        let error = parse(&text).unwrap_err().to_string();
        assert!(error.contains("1000000 is not within 3 to 100000"), "{error}");
    }

    #[test]
    fn no_field_turns_a_right_off() {
        // Rights are code: were there a switch, it would have one of these words.
        for word in ["enable", "disable", "= true", "= false", "skip", "appeal", "retention", "access"] {
            let fields = written();
            let fields = fields.lines().filter(|line| !line.starts_with("# "));
            assert_eq!(fields.filter(|line| line.contains(word)).count(), 0, "{word}");
        }
    }
}
