//! A log in a folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::bail;
use ledger::LogReader;

/// No file of a log is longer: 256 entries of 65,535 bytes with their lengths are 16.8 million bytes.
const FILE_BYTES_MAX: u64 = 17_000_000;

pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        if !path.is_dir() {
            bail!(
                "{}: is no folder\n  remedy: give the folder with `checkpoint` and `tile/`",
                path.display()
            );
        }
        Ok(Self(path.to_owned()))
    }
}

impl LogReader for Folder {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let file = self.0.join(path);
        let bytes = fs::metadata(&file)?.len();
        if bytes > FILE_BYTES_MAX {
            let reason = format!("it has {bytes} bytes, more than any file of a log");
            return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
        }
        fs::read(file)
    }
}
