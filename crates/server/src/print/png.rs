//! A page as a picture of grey pixels.

use std::io::Cursor;

use ab_glyph::{Font as _, point};
use ab_glyph_rasterizer::Rasterizer;
use image::{GrayImage, ImageFormat, Luma};

use super::{
    PrintError,
    drawing::{Drawing, Grey, HEIGHT, Mark, WIDTH},
};

/// Pixels a point: 150 an inch.
const SCALE: f32 = 150.0 / 72.0;

/// The page as PNG.
pub(super) fn write(drawing: &Drawing) -> Result<Vec<u8>, PrintError> {
    let mut picture = GrayImage::from_pixel((WIDTH * SCALE) as u32, (HEIGHT * SCALE) as u32, Luma([u8::MAX]));
    for mark in &drawing.marks {
        match mark {
            Mark::Text { x, y, size, is_bold, grey, text } => {
                set(&mut picture, drawing, (*x, *y), *size, *grey, text);
                if *is_bold {
                    // The one weight there is, struck twice.
                    set(&mut picture, drawing, (*x + size / 40.0, *y), *size, *grey, text);
                }
            }
            Mark::Shape { corners, grey } => fill(&mut picture, corners, *grey),
            Mark::Code { x, y, side, rows } => code(&mut picture, (*x, *y), *side, rows),
        }
    }
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png)?;
    Ok(png.into_inner())
}

/// Covers a pixel with so much of a grey.
fn cover(picture: &mut GrayImage, x: f32, y: f32, share: f32, grey: Grey) {
    if x < 0.0 || y < 0.0 {
        return;
    }
    if let Some(Luma([pixel])) = picture.get_pixel_mut_checked(x as u32, y as u32) {
        let share = share.clamp(0.0, 1.0);
        *pixel = (f32::from(*pixel) * (1.0 - share) + grey * 255.0 * share) as u8;
    }
}

fn set(picture: &mut GrayImage, drawing: &Drawing, (x, y): (f32, f32), size: f32, grey: Grey, text: &str) {
    let font = &drawing.font;
    // The scale is that of a line's height, not of the size of its letters.
    let height = font.font.height_unscaled() / font.font.units_per_em().unwrap_or(1000.0);
    let scale = size * SCALE * height;
    let mut x = x;
    for letter in text.chars() {
        if let Some(glyph) = font.glyph(letter) {
            let glyph = glyph.with_scale_and_position(scale, point(x * SCALE, y * SCALE));
            if let Some(outlined) = font.font.outline_glyph(glyph) {
                let corner = outlined.px_bounds().min;
                outlined.draw(|across, down, share| {
                    cover(picture, corner.x + across as f32, corner.y + down as f32, share, grey);
                });
            }
        }
        x += font.advance(letter) * size / 1000.0;
    }
}

fn fill(picture: &mut GrayImage, corners: &[(f32, f32)], grey: Grey) {
    let bound = |least: f32, of: fn(&(f32, f32)) -> f32, better: fn(f32, f32) -> f32| {
        corners.iter().map(of).fold(least, better) * SCALE
    };
    let left = bound(f32::MAX, |corner| corner.0, f32::min).floor();
    let top = bound(f32::MAX, |corner| corner.1, f32::min).floor();
    let right = bound(0.0, |corner| corner.0, f32::max).ceil();
    let bottom = bound(0.0, |corner| corner.1, f32::max).ceil();
    let mut raster = Rasterizer::new((right - left) as usize + 1, (bottom - top) as usize + 1);
    let place =
        |corner: &(f32, f32)| ab_glyph_rasterizer::point(corner.0 * SCALE - left, corner.1 * SCALE - top);
    let next = corners.iter().skip(1).chain(corners.first());
    for (from, to) in corners.iter().zip(next) {
        raster.draw_line(place(from), place(to));
    }
    raster.for_each_pixel_2d(|across, down, share| {
        cover(picture, left + across as f32, top + down as f32, share, grey);
    });
}

/// Each module is a whole number of pixels, so that none is blurred.
fn code(picture: &mut GrayImage, (x, y): (f32, f32), side: f32, rows: &[Vec<bool>]) {
    let pixels = (side * SCALE / rows.len().max(1) as f32).floor().max(1.0) as usize;
    let margin = (side * SCALE - (pixels * rows.len()) as f32) / 2.0;
    let (left, top) = ((x * SCALE + margin).round(), (y * SCALE + margin).round());
    for (down, row) in rows.iter().enumerate() {
        for (across, _) in row.iter().enumerate().filter(|(_, is_dark)| **is_dark) {
            for pixel in 0..pixels * pixels {
                let (dx, dy) = (across * pixels + pixel % pixels, down * pixels + pixel / pixels);
                cover(picture, left + dx as f32, top + dy as f32, 1.0, 0.0);
            }
        }
    }
}
