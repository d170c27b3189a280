//! What a browser without script does: it opens pages and sends their forms.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use axum::{body::Body, http::Request};

use crate::town::{Answer, Town};

/// Somebody's browser.
pub struct Browser<'t> {
    pub town: &'t Town,
    /// The cookies, as a request sends them.
    pub cookies: String,
    pub language: &'static str,
}

impl<'t> Browser<'t> {
    /// Of somebody who is signed in.
    pub fn of(town: &'t Town, token: &str) -> Self {
        Browser { town, cookies: format!("session={token}"), language: "en" }
    }

    /// Of nobody in particular.
    pub fn anybody(town: &'t Town) -> Self {
        Browser { town, cookies: String::new(), language: "en" }
    }

    pub fn speaking(self, language: &'static str) -> Self {
        Browser { language, ..self }
    }

    pub async fn open(&self, path: &str) -> Answer {
        let request = Request::get(path)
            .header("accept", "text/html")
            .header("accept-language", self.language)
            .header("cookie", &self.cookies);
        self.town.ask(request.body(Body::empty()).unwrap()).await
    }

    /// Sends a form as it is given, with the token of this session's pages.
    pub async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let home = self.open("/").await.text();
        let token = if home.contains("name=\"token\"") { form_token(&home) } else { String::new() };
        let mut body = format!("token={token}");
        for (name, value) in fields {
            let encoded: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
            body += &format!("&{name}={encoded}");
        }
        let request = Request::post(path)
            .header("accept", "text/html")
            .header("accept-language", self.language)
            .header("cookie", &self.cookies)
            .header("content-type", "application/x-www-form-urlencoded");
        self.town.ask(request.body(Body::from(body)).unwrap()).await
    }

    /// The same with files, each with its name, as a form with a field for them sends it.
    pub async fn send_files(&self, path: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
        const BOUNDARY: &str = "----browser";
        let token = form_token(&self.open("/").await.text());
        let mut body = Vec::new();
        for (name, value) in [&[("token", &*token)], fields].concat() {
            let part =
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(part.bytes());
        }
        for (name, content) in files {
            let head = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
            );
            body.extend(head.bytes().chain(content.iter().copied()).chain(*b"\r\n"));
        }
        body.extend(format!("--{BOUNDARY}--\r\n").bytes());
        let request = Request::post(path)
            .header("accept", "text/html")
            .header("accept-language", self.language)
            .header("cookie", &self.cookies)
            .header("content-length", body.len())
            .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
        self.town.ask(request.body(Body::from(body)).unwrap()).await
    }
}

/// The token that a page's forms carry.
pub fn form_token(page: &str) -> String {
    between(page, "name=\"token\" value=\"", "\"").to_owned()
}

/// What stands between two pieces of a text, the first time.
pub fn between<'p>(page: &'p str, before: &str, after: &str) -> &'p str {
    let from = page.split(before).nth(1).unwrap_or_else(|| panic!("{before} is not in {page}"));
    from.split(after).next().unwrap()
}
