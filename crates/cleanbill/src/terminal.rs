//! What people see: tables, colours with words, progress.

use std::time::Duration;

use comfy_table::{CellAlignment, ContentArrangement, Table, TableStyle};
use evidence::Level;
use indicatif::{ProgressBar, ProgressStyle};
use owo_colors::OwoColorize;

/// Prints an error with its causes, and nothing that only a programmer could read.
pub(crate) fn error(error: &anyhow::Error) {
    anstream::eprintln!("{} {error:#}", "error:".red().bold());
}

/// Tells a person something beside the data.
pub(crate) fn note(text: &str) {
    anstream::eprintln!("{text}");
}

/// A level as a word in its colour, with a shape for those who do not see the colour.
pub(crate) fn level(level: Level) -> String {
    match level {
        Level::Green => format!("{}", "● green".green()),
        Level::Yellow => format!("{}", "▲ yellow".yellow()),
        Level::Red => format!("{}", "■ red".red()),
    }
}

/// A table with a heading and columns; those named in `numbers` are aligned to the right.
pub(crate) fn table(
    columns: &[&str],
    numbers: &[usize],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(columns.iter().map(|column| (*column).to_owned()));
    for row in rows {
        table.add_row(row);
    }
    for (position, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if numbers.contains(&position) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

/// A count with its thousands set apart.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// How many rows are bad.
pub(crate) fn bad_rows(number: u64) -> String {
    if number == 1 { "1 bad row".to_owned() } else { format!("{} bad rows", count(number)) }
}

/// A share in per cent.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 { "–".to_owned() } else { format!("{:.1}%", 100.0 * part as f64 / whole as f64) }
}

/// A bar for work of a known length; shown on a terminal only.
pub(crate) fn progress(what: &str, length: u64) -> ProgressBar {
    let bar = ProgressBar::new(length);
    let style = ProgressStyle::with_template("{msg} {wide_bar} {percent:>3}%  {eta}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
