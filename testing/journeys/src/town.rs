//! A town of the demonstration, as it runs for one journey.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{Running, free_port, http::ask, wait_for};

/// The password of the town's officers.
pub const PASSWORD: &str = "three plain words";

/// A town.
#[derive(Debug)]
pub struct Town {
    running: Option<Running>,
    port: u16,
    folder: TempDir,
    /// The session of the investigator, and the person whose case is to be confirmed.
    token: String,
    case: String,
    /// Contacts of those who live with that person.
    home: Vec<String>,
}

/// The program that the tests built; `CLEANBILL_BINARY` names it.
fn program() -> PathBuf {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/debug/cleanbill");
    std::env::var_os("CLEANBILL_BINARY").map_or(built, PathBuf::from)
}

impl Town {
    /// Starts a town of so many people.
    #[must_use]
    pub fn start(people: u32) -> Self {
        let (port, folder) = (free_port(), tempfile::tempdir().unwrap());
        let mut command = Command::new(program());
        command.args(["demo", "--people", &people.to_string(), "--port", &port.to_string(), "--data"]);
        command.arg(folder.path().join("town")).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut running =
            Running(command.spawn().expect("CLEANBILL_BINARY names the program, or it is built"));
        let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines().map_while(Result::ok);
        let curl = lines.find(|line| line.contains("curl")).expect("the demonstration prints a command");
        let between =
            |from: &str, to: char| curl.split(from).nth(1).unwrap().split(to).next().unwrap().to_owned();
        let (token, case) = (between("Bearer ", '\''), between("/people/", '/'));
        let home = lines.by_ref().take_while(|line| !line.trim().is_empty());
        let home =
            home.filter_map(|line| Some(line.split("sign in as ").nth(1)?.trim().to_owned())).collect();
        // Read to its end: what is printed must go somewhere.
        thread::spawn(move || lines.for_each(drop));
        let town = Town { running: Some(running), port, folder, token, case, home };
        wait_for("the town", Duration::from_secs(120), || {
            ask(port, "GET", "/readyz", "", "").ok().filter(|(status, _)| *status == 200)
        });
        town
    }

    /// The address of a page.
    #[must_use]
    pub fn page(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }

    /// Ends the service, as a power cut does.
    pub fn stop(&mut self) {
        self.running = None;
    }

    /// The code that was sent to a contact last.
    #[must_use]
    pub fn code_sent_to(&self, contact: &str) -> String {
        let (_, page) = ask(self.port, "GET", "/demo/notices", "accept: text/html\r\n", "").unwrap();
        let from = page.find(contact).expect("a code was sent");
        page[from..].split("Your code: ").nth(1).unwrap().chars().take(6).collect()
    }

    /// The code that an officer's device shows.
    #[must_use]
    pub fn code_of_device(&self, officer: &str) -> String {
        let (_, page) = ask(self.port, "GET", "/demo/notices", "accept: text/html\r\n", "").unwrap();
        let row = page.split(&format!("<td>{officer}</td>")).nth(1).unwrap();
        row.split("<code>").nth(1).unwrap().chars().take(6).collect()
    }

    /// The home of the person whose case is to be confirmed.
    #[must_use]
    pub fn home_of_case(&self) -> String {
        let contact = self.home.first().expect("somebody lives with them");
        let words = serde_json::json!({ "contact": contact }).to_string();
        assert_eq!(ask(self.port, "POST", "/api/v1/codes", "", &words).unwrap().0, 202);
        let code = self.code_sent_to(contact);
        let words = serde_json::json!({ "contact": contact, "code": code }).to_string();
        let (_, body) = ask(self.port, "POST", "/api/v1/sessions/resident", "", &words).unwrap();
        let answer: Value = serde_json::from_str(&body).unwrap();
        let bearer = format!("authorization: Bearer {}\r\n", answer["token"].as_str().expect(&body));
        let (_, body) = ask(self.port, "GET", "/api/v1/people/me/export", &bearer, "").unwrap();
        let record: Value = serde_json::from_str(&body).unwrap();
        record["resident"]["household"].as_str().unwrap().to_owned()
    }

    /// The investigator confirms the case; gives its person and its number.
    pub fn confirm_case(&self) -> (String, String) {
        let bearer = format!("authorization: Bearer {}\r\n", self.token);
        let path = format!("/api/v1/people/{}/cases", self.case);
        let (status, body) = ask(self.port, "POST", &path, &bearer, "{}").unwrap();
        assert_eq!(status, 201, "{body}");
        let answer: Value = serde_json::from_str(&body).unwrap();
        (self.case.clone(), answer["case"].as_str().unwrap().to_owned())
    }

    /// A green pass on paper that the office signed and that ends after so many seconds, as a picture.
    #[must_use]
    pub fn pass_that_ends_in(&self, seconds: i64) -> Vec<u8> {
        let picture = self.folder.path().join("ends.png");
        let _ = self.issue("green", seconds, &picture);
        std::fs::read(picture).unwrap()
    }

    /// The text of a pass on paper that the office signed and that ends after so many seconds, or did so long ago.
    #[must_use]
    pub fn pass_text(&self, level: &str, seconds: i64) -> String {
        self.issue(level, seconds, &self.folder.path().join("text.png"))
    }

    fn issue(&self, level: &str, seconds: i64, picture: &Path) -> String {
        let keys = self.folder.path().join("town/keys/passes");
        let key = std::fs::read_dir(keys).unwrap().map(|file| file.unwrap().path()).next().unwrap();
        let ends = jiff::Timestamp::from_second(jiff::Timestamp::now().as_second() + seconds);
        let ends = ends.unwrap().to_string();
        let mut command = Command::new(program());
        command.args(["pass", "issue", "--level", level, "--expires", &ends, "--key"]).arg(key);
        command.args(["--issuer", &self.issuer(), "--qr"]).arg(picture);
        let done = command.output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }

    fn issuer(&self) -> String {
        let config = std::fs::read_to_string(self.folder.path().join("town/cleanbill.toml")).unwrap();
        let line = config.lines().find(|line| line.starts_with("issuer = ")).unwrap();
        line.split('"').nth(1).unwrap().to_owned()
    }
}
