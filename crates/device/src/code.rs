//! QR codes: read from a camera's frames and from pictures, and drawn.

use image::GrayImage;
use pass::picture::{self, Correction, Qr};
use wasm_bindgen::prelude::wasm_bindgen;

/// The text of the QR code in a frame of a camera, given as red, green, blue and opacity of each pixel, as a canvas has them; none
/// where no code is found. It is quick rather than thorough: the next frame comes soon.
#[wasm_bindgen(js_name = readFrame)]
#[must_use]
pub fn read_frame(pixels: &[u8], width: u32, height: u32) -> Option<String> {
    let (pixels, _) = pixels.as_chunks::<4>();
    // Rec. 601, as cameras have it; in 256ths.
    let grey = |[red, green, blue, _]: &[u8; 4]| {
        let sum = 77 * u32::from(*red) + 150 * u32::from(*green) + 29 * u32::from(*blue);
        u8::try_from(sum >> 8).unwrap_or(u8::MAX)
    };
    let frame = GrayImage::from_raw(width, height, pixels.iter().map(grey).collect())?;
    picture::read_frame(&frame)
}

/// The text of the QR code in a picture that was taken or uploaded, PNG or JPEG. It takes its time, also with poor ones.
///
/// # Errors
/// The picture cannot be read, or no code is found in it.
#[wasm_bindgen(js_name = readPicture)]
pub fn read_picture(bytes: &[u8]) -> Result<String, String> {
    picture::read(bytes).map_err(|error| error.to_string())
}

/// A QR code of a pass as SVG: for paper, which is folded and gets wet, or for a lit screen.
///
/// # Errors
/// The text does not fit, or is no pass.
#[wasm_bindgen(js_name = drawCode)]
pub fn draw_code(text: &str, is_paper: bool) -> Result<String, String> {
    let correction = if is_paper { Correction::Q } else { Correction::M };
    Qr::new(text, correction).map(|code| code.to_svg()).map_err(|error| error.to_string())
}
