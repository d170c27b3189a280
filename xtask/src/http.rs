//! Asking a service that runs on this machine.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    process::Child,
    thread,
    time::Duration,
};

use anyhow::{Context, bail};

/// How often it is asked until it answers: for longer than it needs, on a machine that builds besides.
const TRIES: u32 = 600;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A process that is ended, whatever becomes of the rest.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Where it ended already there is nothing to end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until it says that it can work.
pub(crate) fn wait_until_ready(port: u16) -> anyhow::Result<()> {
    for _ in 0..TRIES {
        if ask(port, "GET", "/readyz", "", None).is_ok_and(|(status, _)| status == 200) {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(200));
    }
    bail!("the service does not answer");
}

/// One request over HTTP/1.1, with lines of headers: the status and the body.
pub(crate) fn ask(
    port: u16,
    method: &str,
    path: &str,
    headers: &str,
    body: Option<&str>,
) -> anyhow::Result<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let body = body.unwrap_or_default();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").context("the answer was cut off")?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status")?;
    let length = head
        .lines()
        .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok());
    if length.is_some_and(|length| length != body.len()) {
        bail!("the answer was cut off");
    }
    Ok((status, body.to_owned()))
}
