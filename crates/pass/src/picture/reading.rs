//! QR codes in pictures, also in poor ones.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageReader, Limits, Luma, LumaA, imageops};

use rqrr::PreparedImage;

use super::PictureError;
use crate::container::PREFIX;

/// Largest picture read, in pixels of either side: twice what phones take.
const SIDE_MAX: u32 = 16_384;
/// Most memory a picture may take while it is read, in bytes.
const PICTURE_BYTES_MAX: u64 = 512 << 20;
/// Larger pictures are made smaller before anything but the first look: a code needs no more.
const SIDE_LOOKED_AT: u32 = 2_048;
/// Smaller ones are made larger: below this, a code of version 12 has two pixels for a module.
const SIDE_ENLARGED: u32 = 900;

/// How a picture is prepared, one way after the other: smoothed by so much, then sharpened over so much, in pixels.
/// Smoothing is against noise and sharpening against blur, and too much of either takes the modules away.
const ATTEMPTS: [(f32, Option<f32>); 8] = [
    (0.6, None),
    (2.0, None),
    (1.2, Some(3.0)),
    (2.0, Some(6.0)),
    (1.2, Some(12.0)),
    (3.0, Some(6.0)),
    (3.0, None),
    (4.0, Some(12.0)),
];

/// The text of the QR code in a PNG or JPEG picture. If there are several, one that is a health pass goes first.
///
/// # Errors
/// The picture cannot be read, or no code is found in it.
pub fn read(bytes: &[u8]) -> Result<String, PictureError> {
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(image::ImageError::from)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(PICTURE_BYTES_MAX);
    reader.limits(limits);
    read_image(&light_behind(&reader.decode()?))
}

/// Greys, with white behind what is transparent: a code without a background is meant for paper.
fn light_behind(picture: &DynamicImage) -> GrayImage {
    let picture = picture.to_luma_alpha8();
    GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        let LumaA([luma, alpha]) = *picture.get_pixel(x, y);
        let (luma, alpha) = (u32::from(luma), u32::from(alpha));
        Luma([u8::try_from((luma * alpha + 255 * (255 - alpha)) / 255).unwrap_or(255)])
    })
}

/// The text of the QR code in grey pixels. It is looked for as the picture is; then with a light border (codes are cut
/// out too closely), smoothed against noise, and split into dark and light by what is around every pixel.
///
/// # Errors
/// No code is found.
pub fn read_image(picture: &GrayImage) -> Result<String, PictureError> {
    if let Some(text) = as_it_is(picture) {
        return Ok(text);
    }
    let sized = sized(&with_border(picture));
    let attempt = |(smoothed, sharpened_by): &(f32, Option<f32>)| {
        let smooth = imageops::fast_blur(&sized, *smoothed);
        match sharpened_by {
            None => split(&smooth),
            Some(width) => split(&sharpened(&smooth, *width)),
        }
    };
    ATTEMPTS.iter().find_map(attempt).ok_or(PictureError::NoCode)
}

/// The text of the QR code in a frame of a camera: quick, because the next frame comes soon. As it is, and split into dark and light
/// by what is around every pixel.
#[must_use]
pub fn read_frame(frame: &GrayImage) -> Option<String> {
    as_it_is(frame).or_else(|| split(frame))
}

/// Every pixel further from its surroundings than it is, against a lens out of focus.
fn sharpened(picture: &GrayImage, width: f32) -> GrayImage {
    let mut sharp = imageops::fast_blur(picture, width);
    for (Luma([around]), Luma([grey])) in sharp.pixels_mut().zip(picture.pixels()) {
        let further = i32::from(*grey) + 3 * (i32::from(*grey) - i32::from(*around));
        *around = u8::try_from(further.clamp(0, 255)).unwrap_or(255);
    }
    sharp
}

/// The text of a pass, or else of the first code.
fn first(mut texts: Vec<String>) -> Option<String> {
    let pass = texts.iter().position(|text| text.starts_with(PREFIX)).unwrap_or(0);
    (!texts.is_empty()).then(|| texts.swap_remove(pass))
}

fn as_it_is(picture: &GrayImage) -> Option<String> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    // They are asked for in rows, as the picture has them.
    let mut pixels = picture.pixels();
    let mut prepared = PreparedImage::prepare_from_greyscale(width, height, |_, _| {
        pixels.next().map_or(255, |Luma([grey])| *grey)
    });
    first(
        prepared.detect_grids().iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect(),
    )
}

fn with_border(picture: &GrayImage) -> GrayImage {
    let border = (picture.width().max(picture.height()) / 10).max(8);
    let mut larger =
        GrayImage::from_pixel(picture.width() + 2 * border, picture.height() + 2 * border, Luma([255]));
    imageops::replace(&mut larger, picture, i64::from(border), i64::from(border));
    larger
}

fn sized(picture: &GrayImage) -> GrayImage {
    let side = picture.width().max(picture.height());
    let scaled = |to: u32| {
        let scale = f64::from(to) / f64::from(side);
        let scaled = |length: u32| ((f64::from(length) * scale) as u32).max(1);
        imageops::resize(
            picture,
            scaled(picture.width()),
            scaled(picture.height()),
            imageops::FilterType::CatmullRom,
        )
    };
    match side {
        ..SIDE_ENLARGED => scaled(2 * side),
        SIDE_LOOKED_AT.. => scaled(SIDE_LOOKED_AT),
        _ => picture.clone(),
    }
}

/// Dark is what is darker than the mean of its surroundings, a sixteenth of the picture to every side.
fn split(picture: &GrayImage) -> Option<String> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let radius = (width.max(height) / 16).max(4);
    let columns = width + 1;
    // Sums of everything above and to the left of a pixel.
    let mut sums = vec![0_u64; columns];
    for row in picture.rows() {
        sums.push(0);
        let mut sum = 0;
        for Luma([grey]) in row {
            sum += u64::from(*grey);
            let above = sums.get(sums.len() - columns).copied().unwrap_or(0);
            sums.push(above + sum);
        }
    }
    let sum_to = |x: usize, y: usize| sums.get(y * columns + x).copied().unwrap_or(0);
    let mut pixels = picture.pixels();
    let mut prepared = PreparedImage::prepare_from_bitmap(width, height, |x, y| {
        let (left, right) = (x.saturating_sub(radius), (x + radius + 1).min(width));
        let (top, bottom) = (y.saturating_sub(radius), (y + radius + 1).min(height));
        let sum = sum_to(right, bottom) + sum_to(left, top) - sum_to(right, top) - sum_to(left, bottom);
        let count = ((right - left) * (bottom - top)) as u64;
        let grey = pixels.next().map_or(255, |Luma([grey])| u64::from(*grey));
        grey * count * 100 < sum * 97
    });
    first(
        prepared.detect_grids().iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect(),
    )
}
