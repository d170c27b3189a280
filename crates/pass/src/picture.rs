//! QR codes: drawn as SVG, PNG or for a terminal, and read from pictures.

mod reading;

use std::io::Cursor;

use fast_qr::{
    ECL, Mode, QRBuilder, QRCode,
    convert::{Builder as _, Shape, svg::SvgBuilder},
};
use image::{GrayImage, ImageFormat, Luma};

pub use self::reading::{read, read_frame, read_image};

/// Light modules around the code (ISO/IEC 18004, section 6.3.8).
const QUIET_ZONE: u32 = 4;
/// The longest link: what a code of version 11 at level Q holds as bytes (ISO/IEC 18004, table 7).
const LINK_MAX: usize = 177;
/// How much of a code may be damaged (ISO/IEC 18004): M restores about 15% of it, Q about 25%.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Correction {
    /// For a live pass on a lit screen, at most version 12.
    M,
    /// For paper, which is folded and gets wet, at most version 11.
    Q,
}

impl Correction {
    /// The largest version used: an old phone's camera still reads it.
    #[must_use]
    pub fn version_max(self) -> usize {
        match self {
            Self::M => 12,
            Self::Q => 11,
        }
    }

    /// The most characters of a pass at this level, in the alphanumeric mode that Base45 is made for.
    #[must_use]
    pub fn characters_max(self) -> usize {
        match self {
            Self::M => 419,
            Self::Q => 259,
        }
    }
}

impl Correction {
    fn level(self) -> ECL {
        match self {
            Correction::M => ECL::M,
            Correction::Q => ECL::Q,
        }
    }
}

/// Why a picture gives no text, or a text no picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The text does not fit.
    #[error("the text has {0} characters; a QR code of version {2} at level {3:?} holds {1}")]
    TooLong(usize, usize, usize, Correction),
    /// A character that the alphanumeric mode does not have.
    #[error("the text has characters outside the alphabet of Base45")]
    Alphabet,
    /// The picture cannot be read or written.
    #[error("the picture cannot be read as PNG or JPEG: {0}")]
    Image(#[from] image::ImageError),
    /// There is no QR code in it.
    #[error("no QR code is found in the picture; take it closer, in more light, without a fold")]
    NoCode,
}

/// A QR code of a pass.
pub struct Qr {
    code: QRCode,
}

impl std::fmt::Debug for Qr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Qr(version {})", self.version())
    }
}

impl Qr {
    /// The code of a text.
    ///
    /// # Errors
    /// The text is longer than a camera should be asked to read, or not Base45.
    pub fn new(text: &str, correction: Correction) -> Result<Self, PictureError> {
        let is_alphanumeric =
            |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase() || b" $%*+-./:".contains(&byte);
        if !text.bytes().all(is_alphanumeric) {
            return Err(PictureError::Alphabet);
        }
        let level = correction.level();
        let (max, version) = (correction.characters_max(), correction.version_max());
        let too_long = || PictureError::TooLong(text.len(), max, version, correction);
        if text.len() > max {
            return Err(too_long());
        }
        let code =
            QRBuilder::new(text).mode(Mode::Alphanumeric).ecl(level).build().map_err(|_| too_long())?;
        Ok(Self { code })
    }

    /// The code of a link, which a phone's own camera opens.
    ///
    /// # Errors
    /// The link is longer than a camera should be asked to read.
    pub fn of_link(link: &str, correction: Correction) -> Result<Self, PictureError> {
        let ecl = correction.level();
        let version = correction.version_max();
        let too_long = || PictureError::TooLong(link.len(), LINK_MAX, version, correction);
        if link.len() > LINK_MAX {
            return Err(too_long());
        }
        let code = QRBuilder::new(link).mode(Mode::Byte).ecl(ecl).build().map_err(|_| too_long())?;
        Ok(Self { code })
    }

    /// Whether each module is dark, row by row, with the light border.
    #[must_use]
    pub fn rows(&self) -> Vec<Vec<bool>> {
        let side = self.side() + 2 * QUIET_ZONE;
        let module = |of: u32| of.wrapping_sub(QUIET_ZONE);
        (0..side).map(|y| (0..side).map(|x| self.is_dark(module(x), module(y))).collect()).collect()
    }

    /// Its version, 1 to 40.
    #[must_use]
    pub fn version(&self) -> usize {
        (self.code.size - 17) / 4
    }

    /// Whether a module is dark; outside of the code all are light.
    fn is_dark(&self, x: u32, y: u32) -> bool {
        let (x, y) = (x as usize, y as usize);
        let size = self.code.size;
        x < size && y < size && self.code.data.get(y * size + x).is_some_and(|module| module.value())
    }

    fn side(&self) -> u32 {
        u32::try_from(self.code.size).unwrap_or(u32::MAX)
    }

    /// As SVG, for a page or a printer.
    #[must_use]
    pub fn to_svg(&self) -> String {
        SvgBuilder::default().shape(Shape::Square).margin(QUIET_ZONE as usize).to_str(&self.code)
    }

    /// As grey pixels, with this many for every module.
    #[must_use]
    pub fn to_image(&self, scale: u32) -> GrayImage {
        let scale = scale.clamp(1, 64);
        let side = (self.side() + 2 * QUIET_ZONE) * scale;
        GrayImage::from_fn(side, side, |x, y| {
            let module = |pixel: u32| (pixel / scale).wrapping_sub(QUIET_ZONE);
            Luma([if self.is_dark(module(x), module(y)) { 0 } else { 255 }])
        })
    }

    /// As PNG, with this many pixels for every module.
    ///
    /// # Errors
    /// The picture cannot be encoded.
    pub fn to_png(&self, scale: u32) -> Result<Vec<u8>, PictureError> {
        let mut png = Cursor::new(Vec::new());
        self.to_image(scale).write_to(&mut png, ImageFormat::Png)?;
        Ok(png.into_inner())
    }

    /// For a terminal: two modules in a character, dark on light whatever its colours are.
    #[must_use]
    pub fn to_terminal(&self) -> String {
        let side = self.side() + 2 * QUIET_ZONE;
        let mut lines = String::new();
        for y in (0..side).step_by(2) {
            lines.push_str("\x1b[30;107m");
            for x in 0..side {
                let dark = |y: u32| self.is_dark(x.wrapping_sub(QUIET_ZONE), y.wrapping_sub(QUIET_ZONE));
                lines.push(match (dark(y), dark(y + 1)) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                });
            }
            lines.push_str("\x1b[0m\n");
        }
        lines
    }
}
