//! What people hold in their hands: a venue's poster and a pass on paper, in both languages, as PDF and as a picture.
//!
//! A page is drawn once (`drawing`), as marks at places in points; `pdf` and `png` write the same marks.

pub(crate) mod card;
mod drawing;
mod font;
mod pdf;
mod png;
pub(crate) mod poster;

use crate::problem::{Kind, Problem};

/// Why something cannot be printed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PrintError {
    /// The font that is built in cannot be read.
    #[error("the built-in font cannot be read; build the program again from unchanged sources")]
    Font,
    /// A link or a pass that no QR code holds.
    #[error("the code cannot be drawn: {0}; shorten the service's public address")]
    Code(#[from] pass::picture::PictureError),
    /// The picture cannot be written.
    #[error("the picture cannot be written: {0}")]
    Picture(#[from] image::ImageError),
}

impl From<PrintError> for Problem {
    fn from(error: PrintError) -> Self {
        tracing::error!(what = %error, "something cannot be printed");
        Kind::Failed.into()
    }
}

#[cfg(test)]
mod tests {
    use rating::Language;

    use super::font::Font;
    use crate::language;

    #[test]
    fn the_built_in_font_has_every_letter_of_what_is_printed() {
        let font = Font::built_in().unwrap();
        let mut printed = 0;
        for (language, words) in
            [(Language::En, language::ENGLISH_WORDS), (Language::Zh, language::CHINESE_WORDS)]
        {
            for line in words.lines().filter(|line| line.starts_with("print-") || line.starts_with("level-"))
            {
                let missing: Vec<char> = line.chars().filter(|letter| !font.has(*letter)).collect();
                assert!(
                    missing.is_empty(),
                    "{missing:?} of {language:?}: build the font again (crates/server/fonts)"
                );
                printed += 1;
            }
        }
        assert!(printed > 30, "nothing was found that is printed");
    }
}
