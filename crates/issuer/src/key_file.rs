//! Keys in files that only their owner reads.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::signer::{SignError, SoftwareKey};

/// Name of the private key's file.
pub const PRIVATE_FILE: &str = "private.pem";
/// Name of the public key's file.
pub const PUBLIC_FILE: &str = "public.pem";

/// Why a key cannot be written to or read from a file.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file system.
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    /// There is a key already.
    #[error("{0} is there already; keys are not overwritten, take another folder")]
    Exists(PathBuf),
    /// Others may read the key.
    #[error(
        "{0} may be read by others (mode {1:o}); run `chmod 600 {0}`, and make a new key if others could have read it"
    )]
    Open(PathBuf, u32),
    /// The content is no key.
    #[error("{0}: {1}")]
    Key(PathBuf, SignError),
}

/// Writes a key to a folder: `private.pem`, which only its owner reads (mode 600), and `public.pem`. Neither appears
/// half-written, and none is replaced.
///
/// # Errors
/// The folder has such a file already, or cannot be written.
pub fn write_key_files(folder: &Path, key: &SoftwareKey) -> Result<(), KeyFileError> {
    let wrap = |error| KeyFileError::Key(folder.to_owned(), error);
    fs::create_dir_all(folder).map_err(|error| KeyFileError::Io(folder.to_owned(), error))?;
    let (private, public) = (folder.join(PRIVATE_FILE), folder.join(PUBLIC_FILE));
    if let Some(there) = [&private, &public].into_iter().find(|file| file.exists()) {
        return Err(KeyFileError::Exists(there.clone()));
    }
    write(&private, key.to_pem().map_err(wrap)?.as_bytes(), false)?;
    write(&public, key.to_public_pem().map_err(wrap)?.as_bytes(), true)
}

fn write(file: &Path, content: &[u8], for_everyone: bool) -> Result<(), KeyFileError> {
    let io = |error| KeyFileError::Io(file.to_owned(), error);
    // A temporary file is made with mode 600.
    let mut temporary = NamedTempFile::new_in(file.parent().unwrap_or(Path::new("."))).map_err(io)?;
    temporary.write_all(content).and_then(|()| temporary.as_file().sync_all()).map_err(io)?;
    #[cfg(unix)]
    if for_everyone {
        use std::os::unix::fs::PermissionsExt as _;
        temporary.as_file().set_permissions(fs::Permissions::from_mode(0o644)).map_err(io)?;
    }
    temporary.persist_noclobber(file).map_err(|error| io(error.error))?;
    Ok(())
}

/// Reads a private key that only its owner may read.
///
/// # Errors
/// The file is not there, may be read by others, or has no P-256 key.
pub fn read_key_file(file: &Path) -> Result<SoftwareKey, KeyFileError> {
    let io = |error| KeyFileError::Io(file.to_owned(), error);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(file).map_err(io)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyFileError::Open(file.to_owned(), mode));
        }
    }
    let pem = zeroize::Zeroizing::new(fs::read_to_string(file).map_err(io)?);
    SoftwareKey::from_pem(&pem).map_err(|error| KeyFileError::Key(file.to_owned(), error))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::signer::Signer as _;

    fn key() -> SoftwareKey {
        SoftwareKey::generate(&mut |bytes| bytes.fill(5))
    }

    #[test]
    fn a_key_survives_its_file_and_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        write_key_files(folder.path(), &key()).unwrap();
        let again = read_key_file(&folder.path().join(PRIVATE_FILE)).unwrap();
        assert_eq!(again.spki(), key().spki());
        assert!(matches!(write_key_files(folder.path(), &key()), Err(KeyFileError::Exists(_))));
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        write_key_files(folder.path(), &key()).unwrap();
        let private = folder.path().join(PRIVATE_FILE);
        assert_eq!(fs::metadata(&private).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(
            fs::metadata(folder.path().join(PUBLIC_FILE)).unwrap().permissions().mode() & 0o777,
            0o644
        );
        fs::set_permissions(&private, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(read_key_file(&private), Err(KeyFileError::Open(_, 0o640))));
    }

    #[test]
    fn what_is_no_key_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key.pem");
        write(&file, b"hello", false).unwrap();
        assert!(read_key_file(&file).unwrap_err().to_string().contains("not a P-256 private key"));
    }
}
