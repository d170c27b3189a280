//! The configuration that `init` writes: every field, explained.

use super::Zone;

/// What differs from the first moment on.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) body: String,
    pub(crate) public_url: String,
    pub(crate) zone: Zone,
    pub(crate) database: String,
}

impl Default for Sample {
    fn default() -> Self {
        Self {
            body: "health/example".to_owned(),
            public_url: "http://localhost:8080".to_owned(),
            zone: Zone(jiff::tz::TimeZone::UTC),
            database: "sqlite:office.sqlite".to_owned(),
        }
    }
}

/// The text of a configuration.
pub(crate) fn sample(of: &Sample) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    TEMPLATE
        .replace("@body@", &quoted(&of.body))
        .replace("@public_url@", &quoted(&of.public_url))
        .replace("@zone@", &quoted(of.zone.name()))
        .replace("@database@", &quoted(&of.database))
}

const TEMPLATE: &str = r#"# The configuration of an office. Paths are relative to this file. What stands here as a comment without a space after the
# `#` is not in use; a number there is the default.
#
# Passwords and tokens: write `env:NAME` to take the value from the environment variable NAME. That goes for the database's
# `url`, `smtp` and `token`.
#
# There is no field that turns a right off: appeals, ends, notices, access records and retention are not configurable.

[office]
# The public name of the body in the public log: a-z, 0-9, and single `-`, `.`, `/`. No person's name.
body = @body@
# As people read it.
name = "Example health commission"
# Time zone of days and times that people read (IANA name).
zone = @zone@

[server]
# Address and port to listen on. Behind a reverse proxy with TLS leave it on this machine.
listen = "127.0.0.1:8080"
# The address people type. https://, or http:// on this machine only.
public_url = @public_url@
# Addresses of the proxies in front of this server. Only they are believed about who asks: of `X-Forwarded-For` the right-most
# address that is none of them counts, and nothing that a client wrote before it. Without any, whoever is connected asks; then
# behind a proxy all people together have the rates of one address.
#proxies = ["127.0.0.1"]

[database]
# sqlite:FILE for one machine, postgres://USER:PASSWORD@HOST/NAME (15 or newer) for many.
url = @database@
# Connections to PostgreSQL that are open at once, 1 to 1000.
#connections = 16

[folders]
# The files of the public log: let a web server hand them out and others mirror them.
log = "log"
# Visits of earlier days, by pseudonym, until their keys are destroyed.
visits = "visits"
# Where `cleanbill backup` writes. Copy it to another machine; never copy the keys to the same place.
backups = "backups"

[keys]
# Files that only this user may read (mode 600). Whoever has the master key and the database reads everything: keep a copy
# of `master` and `lookup` apart from backups. Without them nothing can be opened again, by anybody.
master = "keys/master.key"
lookup = "keys/lookup.key"
# A folder: each key that signs passes is named by the instant from which it signs. `cleanbill keys rotate passes` adds one.
passes = "keys/passes"
publisher = "keys/publisher.pem"
log = "keys/log.key"
documents = "keys/documents.pem"

[disease]
# The disease profile by which contacts are found [default: SARS-CoV-2 as shipped].
#profile = "profile.toml"

[passes]
# The authority's short name, as passes say it.
issuer = "Example"
# The region, as passes say it; may be empty.
region = ""
# Where help and appeal are, as paper passes above green say it: a telephone number, an address on the web.
help = @public_url@
# The same for doors, by language.
help_at_doors = { en = @public_url@ }
# Short codes of rule sets: a pass has little room.
rule_set_codes = { proportionate = "p" }

[sign_in]
# Longest session of an officer, 1 to 24 hours.
#officer_session_hours = 10
# Longest session of a resident, 1 to 720 hours.
#resident_session_hours = 168
# How long a one-time code is good, 1 to 60 minutes.
#code_minutes = 10

[limits]
# Largest body of a request, 1024 to 67108864 bytes. Requests with files beside an appeal have 16 MB, whatever stands here.
#body_bytes = 1048576
# Requests of one address in a minute, 10 to 1000000. Many people may share one: a household, an office, a whole mobile network.
#requests_per_minute = 6000
# Requests of one address in an hour that sign in, register or ask for a code, 3 to 100000. Guessing is stopped apart from that: a code
# counts for five tries, an account waits after five wrong ones.
#sign_ins_per_hour = 600
# Requests that are answered at once, 1 to 100000; more are told to come again.
#at_once = 512

# How people are told, each by what they gave: a mail address, a telephone number, their browser. They sign in by a code, so the
# server wants one of the first two. What cannot be sent is tried again, after a minute and then more and more seldom.
#[mail]
#smtp = "env:CLEANBILL_SMTP"
#from = "Clean Bill <office@example.org>"

# Text messages: a POST with JSON {"to", "text"} and the token as bearer. 2xx: sent; 410 and 422: there is no such number; anything
# else: tried again.
#[sms]
#webhook = "https://sms.example.org/send"
#token = "env:CLEANBILL_SMS_TOKEN"

# Messages to browsers (RFC 8030, 8291, 8292). The key is a P-256 private key in PEM: `cleanbill pass keygen --out DIR` makes one. A
# browser whose service is none of these is not sent to.
#[web_push]
#contact = "mailto:operator@example.org"
#key = "keys/web-push.pem"
#services = ["fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com"]

# The body that watches over this office: where it is written to when something is held, late or out of order. The messages name no
# person. Without it alerts wait on its page.
#[oversight]
#contact = "oversight@example.org"

# Where evidence bundles may come from, each with what people were told of it. Any other source is refused.
#[sources]
#district-linelist = "Tests and cases of the district hospital, told to patients on its admission form"

# Bodies whose signed approval an import or export needs: an investigator or reviewer of another body, and oversight of a third
# where an import is held. Each signs on its own machine with `cleanbill bundle approve`.
#[[approvers]]
#body = "health/province"
#role = "investigator"
#key = "keys/province-public.pem"
"#;
