//! A camera that is shown pictures: a file that the browser takes for one, and reads again and again.

use std::{
    fs::{File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use image::{GrayImage, Luma, imageops};
use tempfile::TempDir;

const WIDTH: u32 = 640;
const HEIGHT: u32 = 480;
/// Room that a code has in the picture, in pixels.
const ROOM: u32 = 440;
/// Frames of the file.
const FRAMES: usize = 3;

/// A camera.
#[derive(Debug)]
pub struct Camera {
    folder: TempDir,
}

impl Default for Camera {
    fn default() -> Self {
        let camera = Camera { folder: tempfile::tempdir().unwrap() };
        File::create(camera.path()).unwrap();
        camera.look_away();
        camera
    }
}

impl Camera {
    /// The file that the browser reads.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("camera.y4m")
    }

    /// Nothing is in front of it.
    pub fn look_away(&self) {
        self.film(&GrayImage::from_pixel(WIDTH, HEIGHT, Luma([120])));
    }

    /// Holds a picture (PNG) in front of it.
    pub fn look_at(&self, picture: &[u8]) {
        let picture = image::load_from_memory(picture).unwrap().to_luma8();
        let longer = picture.width().max(picture.height());
        let scaled = |length: u32| (length * ROOM / longer).max(1);
        let (width, height) = (scaled(picture.width()), scaled(picture.height()));
        let picture = imageops::resize(&picture, width, height, imageops::FilterType::Triangle);
        let mut frame = GrayImage::from_pixel(WIDTH, HEIGHT, Luma([120]));
        imageops::replace(
            &mut frame,
            &picture,
            i64::from((WIDTH - width) / 2),
            i64::from((HEIGHT - height) / 2),
        );
        self.film(&frame);
    }

    /// Written over in place: the browser has the file open.
    fn film(&self, frame: &GrayImage) {
        let mut film = format!("YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n").into_bytes();
        for _ in 0..FRAMES {
            film.extend_from_slice(b"FRAME\n");
            film.extend_from_slice(frame.as_raw());
            film.resize(film.len() + (WIDTH * HEIGHT / 2) as usize, 128);
        }
        OpenOptions::new().write(true).open(self.path()).unwrap().write_all(&film).unwrap();
    }
}

/// Pictures that the documentation shows.
const DOCUMENTED: [&str; 6] =
    ["me-green", "me-yellow", "me-yellow-zh", "appeal", "me-offline", "door-screenshot-offline"];

/// Keeps a picture in `target/screens`, and one that the documentation shows where `CLEANBILL_SCREENS` says.
pub(crate) fn keep(name: &str, picture: &[u8]) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/screens");
    let there = std::env::var_os("CLEANBILL_SCREENS").filter(|_| DOCUMENTED.contains(&name));
    for folder in there.map(PathBuf::from).into_iter().chain([here]) {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }
}
