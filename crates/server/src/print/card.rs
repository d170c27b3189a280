//! A pass on paper: one A4 that is folded twice to a card, with the code and level in front, for whom it is and where help is behind,
//! and inside what its holder should know.

use jiff::tz::TimeZone;
use pass::{
    Claims,
    picture::{Correction, Qr},
};
use rating::Language;

use super::{
    PrintError,
    drawing::{Column, Drawing, HEIGHT, Style, WIDTH},
    font::Font,
    pdf,
};
use crate::language::{date_time, say};

/// From the edge of the paper and the folds.
const MARGIN: f32 = 28.0;
const LANGUAGES: [Language; 2] = [Language::En, Language::Zh];

/// A pass to print.
pub(crate) struct Card<'p> {
    /// Where it is printed.
    pub(crate) authority: &'p str,
    /// The pass.
    pub(crate) text: &'p str,
    /// What it says.
    pub(crate) claims: &'p Claims,
    /// The zone in which times are shown.
    pub(crate) zone: &'p TimeZone,
}

impl Card<'_> {
    /// As PDF.
    pub(crate) fn pdf(&self) -> Result<Vec<u8>, PrintError> {
        let title = LANGUAGES.map(|language| say(language, "print-pass", &[])).join(" · ");
        pdf::write(&self.drawn()?, &title)
    }

    fn says(&self, language: Language, key: &str) -> String {
        let until = date_time(language, self.zone, &self.claims.expires);
        let level = say(language, &format!("level-{}", self.claims.level), &[]);
        say(language, key, &[("until", &until), ("level", &level), ("help", &self.claims.help)])
    }

    fn drawn(&self) -> Result<Drawing, PrintError> {
        let mut drawing = Drawing::new(Font::built_in()?);
        drawing.fold((0.0, HEIGHT / 2.0), (WIDTH, HEIGHT / 2.0));
        drawing.fold((WIDTH / 2.0, HEIGHT / 2.0), (WIDTH / 2.0, HEIGHT));
        self.inside(&mut drawing);
        self.front(&mut drawing)?;
        self.back(&mut drawing);
        Ok(drawing)
    }

    /// The upper half, which is folded to the back: it is read when the card is opened.
    fn inside(&self, drawing: &mut Drawing) {
        let half = WIDTH / 2.0;
        for (language, x) in LANGUAGES.into_iter().zip([MARGIN, half + MARGIN / 2.0]) {
            let mut column = Column { x, y: MARGIN, width: half - 1.5 * MARGIN };
            drawing.set(&mut column, &self.says(language, "print-pass"), Style::of(19.0).bold());
            for key in ["print-fold", "print-at-a-door", "print-lasts", "print-new-one", "print-contest"] {
                column.y += 7.0;
                drawing.set(&mut column, &self.says(language, key), Style::of(14.0));
            }
        }
    }

    fn front(&self, drawing: &mut Drawing) -> Result<(), PrintError> {
        let qr = Qr::new(self.text, Correction::Q).or_else(|_| Qr::new(self.text, Correction::M))?;
        let mut column =
            Column { x: WIDTH / 2.0 + MARGIN / 2.0, y: HEIGHT / 2.0 + 12.0, width: WIDTH / 2.0 - MARGIN };
        let issuer = format!("{} · {}", self.claims.issuer, self.authority);
        drawing.set(&mut column, &issuer, Style::of(10.0).faint().centred());
        let words = LANGUAGES.map(|language| self.says(language, "print-level")).join("  ");
        let width = drawing.font.width(&words, 26.0);
        let shape = (column.x + (column.width - width) / 2.0 - 20.0, column.y + 6.0);
        drawing.level(shape, 26.0, self.claims.level);
        column.x += 16.0;
        drawing.set(&mut column, &words, Style::of(26.0).bold().centred());
        column.x -= 16.0;
        column.y += 4.0;
        // 90 mm: a tired camera reads it at arm's length.
        drawing.code(&mut column, &qr, 255.0);
        column.y += 2.0;
        for language in LANGUAGES {
            drawing.set(&mut column, &self.says(language, "print-until"), Style::of(14.0).bold().centred());
        }
        Ok(())
    }

    fn back(&self, drawing: &mut Drawing) {
        let mut column = Column { x: MARGIN, y: HEIGHT / 2.0 + 22.0, width: WIDTH / 2.0 - 1.5 * MARGIN };
        let Claims { initials, birthday, help, .. } = self.claims;
        let birthday = birthday.map(|day| day.to_string()).unwrap_or_default();
        let whose = [initials.as_str(), birthday.as_str()].join("  ");
        if !whose.trim().is_empty() {
            drawing.set(&mut column, whose.trim(), Style::of(30.0).bold());
            for language in LANGUAGES {
                drawing.set(&mut column, &self.says(language, "print-whose"), Style::of(10.0).faint());
            }
            column.y += 8.0;
        }
        for language in LANGUAGES {
            drawing.set(&mut column, &self.says(language, "print-identity"), Style::of(14.0));
        }
        column.y += 10.0;
        for language in LANGUAGES {
            drawing.set(&mut column, &self.says(language, "print-help"), Style::of(14.0).bold());
        }
        if help.is_empty() {
            // A green pass says none: there is nothing to contest.
            for language in LANGUAGES {
                drawing.set(&mut column, &self.says(language, "print-any-desk"), Style::of(14.0));
            }
        } else {
            drawing.set(&mut column, help, Style::of(26.0).bold());
        }
        column.y += 10.0;
        for language in LANGUAGES {
            drawing.set(&mut column, &self.says(language, "print-essential"), Style::of(12.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use evidence::Level;
    use pass::PassId;

    use super::{super::drawing::Mark, *};

    #[test]
    fn everything_of_a_card_stands_in_its_quarter_whatever_the_pass_says() {
        for (level, help) in
            [(Level::Green, ""), (Level::Yellow, "12320"), (Level::Red, "+86 571 8888 8888, desk 12")]
        {
            let claims = Claims {
                issuer: "Health commission of the city".to_owned(),
                issued: "2020-02-12T00:00:00Z".parse().unwrap(),
                expires: "2020-02-12T23:59:00Z".parse().unwrap(),
                id: PassId::new([1; 8]),
                holder: None,
                level,
                rule_set: "p-1".to_owned(),
                region: "3301".to_owned(),
                initials: "W.M.".to_owned(),
                birthday: "02-29".parse().ok(),
                help: help.to_owned(),
            };
            let text = "HC1:".to_owned() + &"A1B2".repeat(60);
            let zone = TimeZone::UTC;
            let card = Card { authority: "Health commission", text: &text, claims: &claims, zone: &zone };
            let drawing = card.drawn().unwrap();
            let mut lines = 0;
            for mark in &drawing.marks {
                let Mark::Text { x, y, size, text, .. } = mark else { continue };
                let end = x + drawing.font.width(text, *size);
                let is_left = *x < WIDTH / 2.0;
                assert!(
                    *x > 10.0 && end < if is_left { WIDTH / 2.0 } else { WIDTH - 8.0 },
                    "{text}: {x} to {end}"
                );
                assert!((10.0..HEIGHT - 10.0).contains(y), "{text} at {y}");
                // Nothing stands across the fold.
                assert!((y - HEIGHT / 2.0).abs() > 8.0, "{text} at {y}");
                lines += 1;
            }
            assert!(lines > 25, "{lines}");
            assert!(card.pdf().unwrap().len() > 10_000);
        }
    }
}
