//! A page of marks at places: in points, from the upper left corner.

use evidence::Level;
use pass::picture::Qr;

use super::font::Font;

/// The width of A4.
pub(super) const WIDTH: f32 = 595.28;
/// Its height.
pub(super) const HEIGHT: f32 = 841.89;
/// From one line to the next, in sizes of the letters.
const LEADING: f32 = 1.35;

/// How grey a mark is, 0 (black) to 1 (white).
pub(super) type Grey = f32;

/// A mark.
pub(super) enum Mark {
    /// A line of letters on its baseline.
    Text { x: f32, y: f32, size: f32, is_bold: bool, grey: Grey, text: String },
    /// A filled shape.
    Shape { corners: Vec<(f32, f32)>, grey: Grey },
    /// A QR code with its light border: the dark modules of each row.
    Code { x: f32, y: f32, side: f32, rows: Vec<Vec<bool>> },
}

/// How letters stand.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) size: f32,
    pub(super) is_bold: bool,
    pub(super) grey: Grey,
    pub(super) is_centred: bool,
}

impl Style {
    pub(super) fn of(size: f32) -> Self {
        Style { size, is_bold: false, grey: 0.0, is_centred: false }
    }

    pub(super) fn bold(self) -> Self {
        Style { is_bold: true, ..self }
    }

    pub(super) fn faint(self) -> Self {
        Style { grey: 0.35, ..self }
    }

    pub(super) fn centred(self) -> Self {
        Style { is_centred: true, ..self }
    }
}

/// A column in which text is set, with the place of its next line.
pub(super) struct Column {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
}

/// A page.
pub(super) struct Drawing {
    pub(super) font: Font,
    pub(super) marks: Vec<Mark>,
}

impl Drawing {
    pub(super) fn new(font: Font) -> Self {
        Drawing { font, marks: Vec::new() }
    }

    /// Sets a paragraph, and moves the column on.
    pub(super) fn set(&mut self, column: &mut Column, text: &str, style: Style) {
        for line in wrapped(&self.font, text, style.size, column.width) {
            column.y += style.size * LEADING;
            let free = column.width - self.font.width(&line, style.size);
            let x = if style.is_centred { column.x + free / 2.0 } else { column.x };
            let y = column.y - style.size * (LEADING - 1.0);
            let Style { size, is_bold, grey, .. } = style;
            self.marks.push(Mark::Text { x, y, size, is_bold, grey, text: line });
        }
    }

    /// Draws a code, centred in the column, and moves the column on.
    pub(super) fn code(&mut self, column: &mut Column, qr: &Qr, side: f32) {
        let x = column.x + (column.width - side) / 2.0;
        self.marks.push(Mark::Code { x, y: column.y, side, rows: qr.rows() });
        column.y += side;
    }

    /// Draws a dashed line to fold at.
    pub(super) fn fold(&mut self, from: (f32, f32), to: (f32, f32)) {
        let (wide, high) = (to.0 - from.0, to.1 - from.1);
        let dashes = (wide.hypot(high) / 8.0) as u16;
        for dash in 0..dashes {
            let at = |part: f32| {
                let part = (f32::from(dash) + part) / f32::from(dashes);
                (from.0 + wide * part, from.1 + high * part)
            };
            let ((left, top), (right, bottom)) = (at(0.0), at(0.5));
            let (right, bottom) = (right.max(left + 0.6), bottom.max(top + 0.6));
            let corners = vec![(left, top), (right, top), (right, bottom), (left, bottom)];
            self.marks.push(Mark::Shape { corners, grey: 0.5 });
        }
    }

    /// The shape of a level, by which it is told without colours: a disc, a triangle, an octagon.
    pub(super) fn level(&mut self, (x, y): (f32, f32), side: f32, level: Level) {
        let round = |corners: u16, turned: f32| -> Vec<(f32, f32)> {
            let step = std::f32::consts::TAU / f32::from(corners);
            let corner = |of: u16| {
                let angle = (f32::from(of) + turned) * step;
                (x + side / 2.0 * (1.0 + angle.cos()), y + side / 2.0 * (1.0 + angle.sin()))
            };
            (0..corners).map(corner).collect()
        };
        let corners = match level {
            Level::Green => round(64, 0.0),
            Level::Yellow => vec![(x + side / 2.0, y), (x + side, y + side), (x, y + side)],
            Level::Red => round(8, 0.5),
        };
        self.marks.push(Mark::Shape { corners, grey: 0.0 });
    }
}

/// Whether a line may break beside a letter: Chinese is written without spaces.
fn is_wide(letter: char) -> bool {
    letter >= '\u{2e80}'
}

/// Whether no line begins with it.
fn ends(letter: char) -> bool {
    "、。，：；！？）》」】".contains(letter)
}

/// The lines of a paragraph of this width.
fn wrapped(font: &Font, text: &str, size: f32, width: f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        let longer = format!("{line}{piece}");
        if !line.is_empty() && font.width(longer.trim_end(), size) > width {
            lines.push(line.trim_end().to_owned());
            line = piece;
        } else {
            line = longer;
        }
    }
    lines.extend(Some(line.trim_end().to_owned()).filter(|line| !line.is_empty()));
    lines
}

/// What stays on one line: words with the space behind them, and single Chinese letters with the marks that end them.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut before = ' ';
    for letter in text.chars() {
        let begins = match letter {
            ' ' => false,
            _ if ends(letter) => false,
            _ => before == ' ' || is_wide(before) || is_wide(letter),
        };
        match pieces.last_mut() {
            Some(piece) if !begins => piece.push(letter),
            _ => pieces.push(letter.to_string()),
        }
        before = letter;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_between_chinese_letters_and_lose_nothing() {
        let font = Font::built_in().unwrap();
        let text = "Show it with an identity card. 请与身份证件一同出示，门口不保存任何内容。";
        let lines = wrapped(&font, text, 12.0, 120.0);
        assert!(lines.len() > 3, "{lines:?}");
        for line in &lines {
            assert!(font.width(line, 12.0) <= 120.0 + 12.0, "{line}");
            assert!(!line.starts_with(ends), "{line}");
        }
        let without = |text: &str| text.replace(' ', "");
        assert_eq!(without(&lines.concat()), without(text));
        assert!(wrapped(&font, "", 12.0, 120.0).is_empty());
        // A word that is longer than the line stands on a line by itself.
        assert_eq!(wrapped(&font, "a Donaudampfschiffahrt b", 12.0, 50.0).len(), 3);
    }
}
