//! What a service is told when it starts.

use std::{net::IpAddr, time::Duration};

/// Settings of a service. None of them turns a right off.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address under which people reach it, such as `https://pass.example.org`, without a slash at its end. Over `https`,
    /// cookies are sent over nothing else.
    pub public_url: String,
    /// The name of the authority, as pages show it.
    pub authority: String,
    /// Whether this is a demonstration: a page shows the notices that would have been sent.
    pub is_demo: bool,
    /// In a demonstration: the devices of officers, whose codes a page shows.
    pub demo_devices: Vec<(String, office::Secret)>,
    /// Where oversight is written to: a mail address or telephone number.
    pub oversight_contact: Option<String>,
    /// How much at once, and how often.
    pub limits: Limits,
    /// How often the office does what is due.
    pub tick_every: Duration,
    /// Addresses of the proxies in front. Only a connection from one of them is believed about who asks (`X-Forwarded-For`); without
    /// any, whoever is connected asks.
    pub proxies: Vec<IpAddr>,
    /// The zone in which pages show times.
    pub time_zone: jiff::tz::TimeZone,
}

/// How much is done at once, and how often somebody may ask.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Requests of residents, doors and the public that are worked on at once.
    pub light_at_once: usize,
    /// Heavy requests of officers (cases, rule sets, figures) that are worked on at once: they cannot starve residents.
    pub heavy_at_once: usize,
    /// Requests of each kind that may wait; those beyond are told to come again.
    pub waiting_max: usize,
    /// Requests a second of one address, on average; many people may share one.
    pub per_address: f64,
    /// Requests a second of one account, on average.
    pub per_account: f64,
    /// Sign-ins and codes a minute of one address, on average (R18).
    pub sign_ins_per_minute: f64,
    /// Longest body, in bytes.
    pub body_bytes_max: usize,
    /// How long a request may take.
    pub timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            light_at_once: 64,
            heavy_at_once: 4,
            waiting_max: 256,
            per_address: 200.0,
            per_account: 20.0,
            sign_ins_per_minute: 30.0,
            body_bytes_max: 1 << 20,
            timeout: Duration::from_secs(30),
        }
    }
}
