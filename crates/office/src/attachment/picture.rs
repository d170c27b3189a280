//! Pictures as one sees them: turned upright, no larger than a page in print needs, and without anything that is not seen. Phones
//! write into a photograph where and when it was taken, and with what.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder,
    imageops::FilterType,
};

use crate::attachment::AttachmentKind;

/// Longest side that is kept, in pixels: a sheet of A4 at 200 dots per inch (11.7 inches), as office scanners make it.
const SIDE_MAX: u32 = 2_340;
/// Longest side that is read: the widest phone cameras have 16,320 pixels in a row.
const SIDE_READ_MAX: u32 = 16_384;
/// Most memory for reading one, in bytes: 50 million pixels of three colours.
const MEMORY_MAX: u64 = 150_000_000;
/// Quality of JPEG, of 100: what is blurred by it is not writing.
const QUALITY: u8 = 85;

/// A picture of the same kind, with what one sees of it and nothing else.
pub(super) fn as_seen(kind: AttachmentKind, bytes: &[u8]) -> Result<Vec<u8>, ImageError> {
    let format = if kind == AttachmentKind::Png { ImageFormat::Png } else { ImageFormat::Jpeg };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_READ_MAX);
    limits.max_image_height = Some(SIDE_READ_MAX);
    limits.max_alloc = Some(MEMORY_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let upright = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(upright);
    if picture.width().max(picture.height()) > SIDE_MAX {
        picture = picture.resize(SIDE_MAX, SIDE_MAX, FilterType::CatmullRom);
    }
    let mut seen = Cursor::new(Vec::new());
    if format == ImageFormat::Png {
        picture.write_to(&mut seen, format)?;
    } else {
        picture.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut seen, QUALITY))?;
    }
    Ok(seen.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GenericImageView as _, Rgb, RgbImage};

    /// A picture of a left half in red and a right half in blue.
    fn halves(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let colour = |x, _| if x < width / 2 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) };
        let mut bytes = Cursor::new(Vec::new());
        RgbImage::from_fn(width, height, colour).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// What phones write at the beginning of a photograph: turned by a quarter to the right, and, here, where it was taken.
    fn as_a_phone_writes(jpeg: &[u8]) -> Vec<u8> {
        let orientation = [0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0];
        let mut says = b"Exif\0\0II*\0\x08\0\0\0\x01\0".to_vec();
        says.extend(orientation);
        says.extend(b"\0\0\0\0 30.2592N 120.1303E");
        let length = u16::try_from(says.len() + 2).unwrap().to_be_bytes();
        let mut bytes = b"\xff\xd8\xff\xe1".to_vec();
        bytes.extend(length);
        bytes.extend(says);
        bytes.extend(&jpeg[2..]);
        bytes.extend(b" and a film after the picture");
        bytes
    }

    #[test]
    fn a_photograph_stands_upright_and_does_not_tell_where_it_was_taken() {
        let taken = as_a_phone_writes(&halves(400, 200, ImageFormat::Jpeg));
        let seen = as_seen(AttachmentKind::Jpeg, &taken).unwrap();
        let picture = image::load_from_memory(&seen).unwrap();
        assert_eq!((picture.width(), picture.height()), (200, 400), "turned by a quarter");
        let (above, below) = (picture.get_pixel(100, 50), picture.get_pixel(100, 350));
        assert!(above[0] > 200 && above[2] < 60, "{above:?}");
        assert!(below[2] > 200 && below[0] < 60, "{below:?}");
        for secret in [&b"Exif"[..], b"30.2592N", b"a film"] {
            assert!(taken.windows(secret.len()).any(|part| part == secret));
            assert!(!seen.windows(secret.len()).any(|part| part == secret));
        }
    }

    #[test]
    fn a_large_picture_becomes_as_large_as_a_page() {
        for (kind, format) in
            [(AttachmentKind::Png, ImageFormat::Png), (AttachmentKind::Jpeg, ImageFormat::Jpeg)]
        {
            let seen = as_seen(kind, &halves(3_000, 1_500, format)).unwrap();
            assert_eq!(image::guess_format(&seen).unwrap(), format);
            let picture = image::load_from_memory(&seen).unwrap();
            assert_eq!((picture.width(), picture.height()), (SIDE_MAX, SIDE_MAX / 2));
        }
    }

    #[test]
    fn a_picture_that_claims_to_be_endless_is_not_read() {
        let mut png = halves(8, 8, ImageFormat::Png);
        // The width in the first chunk, with its checksum left as it was, is looked at before anything is set aside.
        png[16..20].copy_from_slice(&0x7fff_ffff_u32.to_be_bytes());
        assert!(as_seen(AttachmentKind::Png, &png).is_err());
    }
}
