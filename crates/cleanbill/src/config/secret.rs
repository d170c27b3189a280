//! Values that nobody is shown. Where a text of the configuration may be one, `env:NAME` takes it from an environment variable.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// How a text names an environment variable.
const ENVIRONMENT: &str = "env:";
/// What is shown in its place.
const WITHHELD: &str = "(withheld)";

/// A password, token or address that holds one.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    /// The secret itself.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let Some(name) = text.strip_prefix(ENVIRONMENT) else { return Ok(Secret(text)) };
        std::env::var(name).map(Secret).map_err(|_| {
            D::Error::custom(format!(
                "the environment variable `{name}` is not set; set it, or write the value here"
            ))
        })
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(WITHHELD)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(WITHHELD)
    }
}
