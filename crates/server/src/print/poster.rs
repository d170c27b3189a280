//! A venue's poster: one A4 with the code that a phone's own camera opens.

use pass::picture::{Correction, Qr};
use rating::Language;

use super::{
    PrintError,
    drawing::{Column, Drawing, HEIGHT, Style, WIDTH},
    font::Font,
    pdf, png,
};
use crate::language::say;

/// From the edge of the paper.
const MARGIN: f32 = 48.0;

/// What a poster says.
pub(crate) struct Poster {
    /// The authority that keeps the visits.
    pub(crate) authority: String,
    /// What people call the venue.
    pub(crate) name: String,
    /// Where the service is, such as `https://pass.example.org`.
    pub(crate) address: String,
    /// The venue's code.
    pub(crate) code: String,
}

impl Poster {
    /// As PDF, to print.
    pub(crate) fn pdf(&self) -> Result<Vec<u8>, PrintError> {
        pdf::write(&self.drawn(true)?, &self.name)
    }

    /// As a picture, for a screen. A name with letters that the built-in font does not have is left out: a picture cannot borrow them
    /// from its reader.
    pub(crate) fn png(&self) -> Result<Vec<u8>, PrintError> {
        let font = Font::built_in()?;
        png::write(&self.drawn(self.name.chars().all(|letter| font.has(letter)))?)
    }

    fn link(&self) -> String {
        format!("{}/venue/{}", self.address, self.code)
    }

    fn drawn(&self, is_named: bool) -> Result<Drawing, PrintError> {
        let qr = Qr::of_link(&self.link(), Correction::Q)?;
        let mut drawing = Drawing::new(Font::built_in()?);
        let mut column = Column { x: MARGIN, y: MARGIN, width: WIDTH - 2.0 * MARGIN };
        let both = |key: &str| [Language::En, Language::Zh].map(|language| say(language, key, &[]));
        for words in both("print-check-in") {
            drawing.set(&mut column, &words, Style::of(40.0).bold().centred());
        }
        if is_named {
            column.y += 6.0;
            drawing.set(&mut column, &self.name, Style::of(24.0).centred());
        }
        column.y += 10.0;
        // Long names leave less room for the code; a camera reads a small one as well.
        let side = (HEIGHT - column.y - 225.0).clamp(200.0, 420.0);
        drawing.code(&mut column, &qr, side);
        column.y += 6.0;
        for words in both("print-camera") {
            drawing.set(&mut column, &words, Style::of(18.0).bold().centred());
        }
        column.y += 10.0;
        for key in ["print-no-phone", "print-visit-kept"] {
            for words in both(key) {
                drawing.set(&mut column, &words, Style::of(12.5).centred());
            }
        }
        column.y += 8.0;
        let host = self.address.split("://").last().unwrap_or_default();
        let code = grouped(&self.code);
        let typed = both("print-by-hand").join(" · ");
        drawing.set(&mut column, &format!("{typed} {host}/venue/{code}"), Style::of(11.0).faint().centred());
        drawing.set(&mut column, &self.authority, Style::of(11.0).faint().centred());
        Ok(drawing)
    }
}

/// A code in groups of four, as people read it out; the page takes it with hyphens too.
pub(crate) fn grouped(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::{super::drawing::Mark, *};

    fn poster(name: &str) -> Poster {
        Poster {
            authority: "Hangzhou CDC".to_owned(),
            name: name.to_owned(),
            address: "https://pass.example.org".to_owned(),
            code: "0123456789ABCDEF".to_owned(),
        }
    }

    #[test]
    fn the_picture_of_a_poster_is_read_back_as_its_link() {
        for name in ["Tea house", "西湖茶馆", &"x".repeat(100)] {
            let png = poster(name).png().unwrap();
            let read = pass::picture::read(&png).unwrap();
            assert_eq!(read, "https://pass.example.org/venue/0123456789ABCDEF", "{name}");
        }
    }

    #[test]
    fn everything_on_a_poster_stands_on_the_paper() {
        for name in ["茶", &"很长的名字".repeat(20), &"Long words ".repeat(9)] {
            for mark in poster(name).drawn(true).unwrap().marks {
                let Mark::Text { x, y, text, .. } = mark else { continue };
                assert!(x >= 0.0 && (MARGIN..HEIGHT - 20.0).contains(&y), "{text} at {x}, {y}");
            }
        }
    }

    #[test]
    fn a_name_with_rare_letters_is_left_to_the_readers_font_and_out_of_the_picture() {
        let rare = "龘龘茶馆";
        assert!(poster(rare).png().is_ok());
        let pdf = poster(rare).pdf().unwrap();
        assert!(pdf.starts_with(b"%PDF-1."));
        let font = Font::built_in().unwrap();
        assert!(!font.has('龘') && font.has('茶') && font.has('馆'));
    }

    #[test]
    fn a_code_is_read_out_in_groups_of_four() {
        assert_eq!(grouped("0123456789ABCDEF"), "0123-4567-89AB-CDEF");
    }
}
