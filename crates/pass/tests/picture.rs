//! QR codes as a camera sees them: turned, out of focus, in bad light, with noise, and folded over a corner.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use image::{GrayImage, Luma, imageops};
use pass::picture::{self, Correction, PictureError, Qr};
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

/// A text of the longest length that a pass has, of random bytes as signatures are.
fn text(correction: Correction, random: &mut Xoshiro256PlusPlus) -> String {
    let mut bytes = vec![0; (correction.characters_max() - 4) / 3 * 2];
    random.fill_bytes(&mut bytes);
    format!("HC1:{}", base45::encode(bytes))
}

/// What happens to a code between a screen and a camera.
struct Camera {
    /// Pixels for every module.
    scale: u32,
    /// How far it is turned, in degrees.
    turned: f32,
    /// Width of the blur, in modules (standard deviation).
    blur: f32,
    /// Largest change of a pixel by noise, of 255.
    noise: i16,
    /// How much darker the far side is, of 255.
    shade: f32,
}

fn seen(picture: &GrayImage, camera: &Camera, random: &mut Xoshiro256PlusPlus) -> GrayImage {
    let turned = rotated(picture, camera.turned.to_radians());
    let blurred = imageops::blur(&turned, camera.blur * camera.scale as f32);
    let width = blurred.width() as f32;
    let mut out = blurred;
    for (x, _, Luma([grey])) in out.enumerate_pixels_mut() {
        // A camera's black is not 0 and its white is not 255.
        let light = 40.0 + f32::from(*grey) * 0.7 - camera.shade * x as f32 / width;
        let noise = random.random_range(-camera.noise..=camera.noise);
        *grey = (light as i16 + noise).clamp(0, 255) as u8;
    }
    out
}

/// Turned around its middle, on a light ground, with pixels between four others.
fn rotated(picture: &GrayImage, angle: f32) -> GrayImage {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let (sin, cos) = angle.sin_cos();
    let side = (width * cos.abs() + height * sin.abs()).ceil();
    let sample = |x: f32, y: f32| {
        let at = |x: f32, y: f32| {
            let is_inside = x >= 0.0 && y >= 0.0 && x < width && y < height;
            if is_inside { f32::from(picture.get_pixel(x as u32, y as u32)[0]) } else { 235.0 }
        };
        let (left, top) = (x.floor(), y.floor());
        let (right_share, bottom_share) = (x - left, y - top);
        let row = |y: f32| at(left, y) * (1.0 - right_share) + at(left + 1.0, y) * right_share;
        row(top) * (1.0 - bottom_share) + row(top + 1.0) * bottom_share
    };
    GrayImage::from_fn(side as u32, side as u32, |x, y| {
        let (x, y) = (x as f32 - side / 2.0, y as f32 - side / 2.0);
        Luma([sample(x * cos + y * sin + width / 2.0, y * cos - x * sin + height / 2.0) as u8])
    })
}

/// How many of 40 codes are read back as they were.
fn read_back(correction: Correction, camera: &mut dyn FnMut(&mut Xoshiro256PlusPlus) -> Camera) -> u32 {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(20_200_211);
    let mut read = 0;
    for _ in 0..40 {
        let text = text(correction, &mut random);
        let camera = camera(&mut random);
        let picture = Qr::new(&text, correction).unwrap().to_image(camera.scale);
        let seen = seen(&picture, &camera, &mut random);
        read += u32::from(picture::read_image(&seen).is_ok_and(|found| found == text));
    }
    read
}

#[test]
fn the_longest_passes_stay_within_their_versions() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
    for (correction, version) in [(Correction::M, 12), (Correction::Q, 11)] {
        let longest = text(correction, &mut random);
        assert!(Qr::new(&longest, correction).unwrap().version() <= version);
        let padded = format!("{longest:A<width$}", width = correction.characters_max());
        assert_eq!(Qr::new(&padded, correction).unwrap().version(), version, "the bound is the version's");
        let error = Qr::new(&format!("{padded}A"), correction).unwrap_err();
        assert!(matches!(error, PictureError::TooLong(..)), "{error}");
    }
    assert!(matches!(Qr::new("small letters", Correction::M), Err(PictureError::Alphabet)));
}

#[test]
fn what_a_camera_sees_is_read_back() {
    for correction in [Correction::M, Correction::Q] {
        let plain = read_back(correction, &mut |_| Camera {
            scale: 4,
            turned: 0.0,
            blur: 0.01,
            noise: 0,
            shade: 0.0,
        });
        let held = read_back(correction, &mut |random| Camera {
            scale: random.random_range(5..=8),
            turned: random.random_range(-30.0..30.0),
            blur: random.random_range(0.05..0.3),
            noise: 20,
            shade: 40.0,
        });
        let poor = read_back(correction, &mut |random| Camera {
            scale: random.random_range(4..=6),
            turned: random.random_range(0.0..360.0),
            blur: random.random_range(0.1..0.4),
            noise: 35,
            shade: 80.0,
        });
        eprintln!("{correction:?}: plain {plain}, held in the hand {held}, in poor light {poor} of 40");
        assert_eq!(plain, 40, "{correction:?}");
        assert!(held >= 38, "{correction:?}: {held}");
        assert!(poor >= 28, "{correction:?}: {poor}");
    }
}

#[test]
fn png_svg_and_terminal_show_the_same_code() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(2);
    let text = text(Correction::M, &mut random);
    let qr = Qr::new(&text, Correction::M).unwrap();
    assert_eq!(picture::read(&qr.to_png(3).unwrap()).unwrap(), text);
    assert!(qr.to_svg().starts_with("<svg"));

    // The terminal, as pixels again: two rows in a character.
    let terminal = qr.to_terminal();
    let lines: Vec<Vec<char>> = terminal
        .lines()
        .map(|line| line.trim_start_matches("\x1b[30;107m").trim_end_matches("\x1b[0m").chars().collect())
        .collect();
    let (width, height) = (lines[0].len() as u32, 2 * lines.len() as u32);
    let shown = GrayImage::from_fn(width * 4, height * 4, |x, y| {
        let character = lines[(y / 8) as usize][(x / 4) as usize];
        let is_dark = character == '█' || character == if y / 4 % 2 == 0 { '▀' } else { '▄' };
        Luma([if is_dark { 0 } else { 255 }])
    });
    assert_eq!(picture::read_image(&shown).unwrap(), text);
}

#[test]
fn a_picture_without_a_code_says_so() {
    let empty = GrayImage::from_pixel(200, 200, Luma([200]));
    let mut png = std::io::Cursor::new(Vec::new());
    empty.write_to(&mut png, image::ImageFormat::Png).unwrap();
    assert!(matches!(picture::read(&png.into_inner()), Err(PictureError::NoCode)));
    assert!(matches!(picture::read(b"GIF89a"), Err(PictureError::Image(_))));
}
