//! A mail server and a web server on this machine that keep what they are sent.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What was logged.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A request: path, headers, body.
pub type Received = (String, HeaderMap, Vec<u8>);

#[derive(Clone)]
struct Web {
    received: Arc<Mutex<Vec<Received>>>,
    status: Arc<Mutex<u16>>,
}

/// A web server; it ends with its value.
pub struct WebServer {
    web: Web,
    port: u16,
    task: JoinHandle<()>,
}

impl WebServer {
    pub async fn start() -> Self {
        let web = Web { received: Arc::default(), status: Arc::new(Mutex::new(200)) };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = Router::new().fallback(keep).with_state(web.clone());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        WebServer { web, port, task }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// With what status it answers from now on.
    pub fn answers(&self, status: u16) {
        *self.web.status.lock().unwrap() = status;
    }

    pub fn received(&self) -> Vec<Received> {
        self.web.received.lock().unwrap().clone()
    }
}

impl Drop for WebServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn keep(State(web): State<Web>, uri: Uri, headers: HeaderMap, body: Bytes) -> (StatusCode, HeaderMap) {
    web.received.lock().unwrap().push((uri.path().to_owned(), headers, body.to_vec()));
    let mut answer = HeaderMap::new();
    answer.insert("location", "/elsewhere".parse().unwrap());
    (StatusCode::from_u16(*web.status.lock().unwrap()).unwrap(), answer)
}

#[derive(Clone)]
struct Mails {
    received: Arc<Mutex<Vec<String>>>,
    recipients: Arc<Mutex<String>>,
}

/// A mail server; it ends with its value.
pub struct MailServer {
    mails: Mails,
    port: u16,
    task: JoinHandle<()>,
}

impl MailServer {
    pub async fn start() -> Self {
        let mails =
            Mails { received: Arc::default(), recipients: Arc::new(Mutex::new("250 fine".to_owned())) };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let of = mails.clone();
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(talk(stream, of.clone()));
            }
        });
        MailServer { mails, port, task }
    }

    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// What it says to a recipient from now on.
    pub fn answers_recipients(&self, says: &str) {
        says.clone_into(&mut self.mails.recipients.lock().unwrap());
    }

    pub fn received(&self) -> Vec<String> {
        self.mails.received.lock().unwrap().clone()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// As much of SMTP (RFC 5321) as one mail needs.
async fn talk(stream: TcpStream, mails: Mails) -> Option<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mail.example.org\r\n").await.ok()?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let word: String = line.chars().take(4).collect::<String>().to_uppercase();
        let says = match word.as_str() {
            "RCPT" => mails.recipients.lock().unwrap().clone(),
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await.ok()?;
                let mut mail = String::new();
                while !mail.ends_with("\r\n.\r\n") {
                    stream.read_line(&mut mail).await.ok()?;
                }
                mails.received.lock().unwrap().push(mail.trim_end_matches(".\r\n").to_owned());
                "250 taken".to_owned()
            }
            "QUIT" => "221 good-bye".to_owned(),
            _ => "250 fine".to_owned(),
        };
        stream.write_all(format!("{says}\r\n").as_bytes()).await.ok()?;
    }
}
