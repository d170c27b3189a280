//! Durations as rule sets and profiles write them: a whole number and a unit.

use jiff::SignedDuration;

/// Why a text is not a duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a duration; write a whole number and a unit: 30m, 24h or 14d (a day is 24 hours)")]
pub struct DurationError(pub String);

/// Longest duration that can be written: 10,000 days.
const HOURS_MAX: i64 = 240_000;

/// Reads a duration such as `30m`, `24h`, `14d`; a day is 24 hours.
///
/// # Errors
/// [`DurationError`] for anything else, and beyond 10,000 days.
pub fn parse(text: &str) -> Result<SignedDuration, DurationError> {
    let error = || DurationError(text.to_owned());
    let unit = text.chars().last().ok_or_else(error)?;
    let digits = text.strip_suffix(unit).ok_or_else(error)?;
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(error());
    }
    let count: i64 = digits.parse().map_err(|_| error())?;
    let minutes = match unit {
        'm' => Some(count),
        'h' => count.checked_mul(60),
        'd' => count.checked_mul(60 * 24),
        _ => None,
    };
    let minutes = minutes.filter(|m| *m <= HOURS_MAX * 60).ok_or_else(error)?;
    Ok(SignedDuration::from_mins(minutes))
}

/// Writes a duration of whole minutes the way [`parse`] reads it.
#[must_use]
pub fn print(duration: SignedDuration) -> String {
    let minutes = duration.as_mins();
    match minutes {
        m if m % (60 * 24) == 0 => format!("{}d", m / (60 * 24)),
        m if m % 60 == 0 => format!("{}h", m / 60),
        m => format!("{m}m"),
    }
}
