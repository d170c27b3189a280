//! The font of what is printed: a part of Noto Sans CJK SC with the letters of the pages and of common signs.

use ab_glyph::{Font as _, FontRef, GlyphId};

use super::PrintError;

/// How it was made stands in `fonts/README.md`.
pub(super) const FILE: &[u8] = include_bytes!("../../fonts/print.ttf");

/// The font, measured in thousandths of its size.
pub(super) struct Font {
    pub(super) font: FontRef<'static>,
}

impl Font {
    pub(super) fn built_in() -> Result<Self, PrintError> {
        Ok(Font { font: FontRef::try_from_slice(FILE).map_err(|_| PrintError::Font)? })
    }

    /// A letter's glyph; `None` where the font has none.
    pub(super) fn glyph(&self, letter: char) -> Option<GlyphId> {
        let glyph = self.font.glyph_id(letter);
        (glyph.0 != 0).then_some(glyph)
    }

    pub(super) fn has(&self, letter: char) -> bool {
        self.glyph(letter).is_some()
    }

    /// Thousandths of the size to the next letter. A letter that the font does not have is taken for a Chinese one, which is as wide
    /// as high.
    pub(super) fn advance(&self, letter: char) -> f32 {
        let per_em = self.font.units_per_em().unwrap_or(1000.0);
        self.glyph(letter).map_or(1000.0, |glyph| self.font.h_advance_unscaled(glyph) * 1000.0 / per_em)
    }

    /// The width of a line, in points.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|letter| self.advance(letter)).sum::<f32>() * size / 1000.0
    }
}
