//! A browser that somebody uses: Chromium, driven by the WebDriver protocol.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use data_encoding::BASE64;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Camera, Running, camera::keep, free_port, http::ask, wait_for};

/// The key under which WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// The tabulator, as WebDriver names it.
pub const TABULATOR: char = '\u{e004}';
/// The key that presses what has the focus.
pub const ENTER: char = '\u{e007}';
/// How long something may take to appear.
const PATIENCE: Duration = Duration::from_secs(45);

/// What a browser is started with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// Width and height of its pages, in CSS pixels; a desktop's where none is given.
    pub screen: Option<(u32, u32)>,
    /// What its camera sees.
    pub camera: Option<&'a Camera>,
    /// Whether its reader has a dark screen.
    pub is_dark: bool,
}

/// A browser with its own profile.
#[derive(Debug)]
pub struct Browser {
    port: u16,
    session: String,
    _driver: Running,
    _profile: TempDir,
}

impl Browser {
    /// Starts one.
    #[must_use]
    pub fn start(options: Options<'_>) -> Self {
        let (port, profile) = (free_port(), tempfile::tempdir().unwrap());
        let mut driver = Command::new("chromedriver");
        driver.arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null());
        let driver = Running(driver.spawn().expect("install `chromium` and `chromium-driver`"));
        wait_for("chromedriver", PATIENCE, || ask(port, "GET", "/status", "", "").ok());
        let mut arguments: Vec<String> = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--lang=en",
            "--window-size=1200,900",
        ]
        .map(str::to_owned)
        .into();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        if let Some(camera) = options.camera {
            arguments.push("--use-fake-ui-for-media-stream".to_owned());
            arguments.push("--use-fake-device-for-media-stream".to_owned());
            arguments.push(format!("--use-file-for-fake-video-capture={}", camera.path().display()));
        }
        let mut chrome = json!({ "args": arguments, "prefs": { "intl.accept_languages": "en" } });
        if Path::new("/usr/bin/chromium").exists() {
            chrome["binary"] = "/usr/bin/chromium".into();
        }
        let wanted = json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": chrome } } });
        let (status, body) = ask(port, "POST", "/session", "", &wanted.to_string()).unwrap();
        let answer: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(status, 200, "{body}");
        let session = answer["value"]["sessionId"].as_str().unwrap().to_owned();
        let browser = Browser { port, session, _driver: driver, _profile: profile };
        if let Some((width, height)) = options.screen {
            browser.resize(width, height);
        }
        if options.is_dark {
            let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
            browser.devtools("Emulation.setEmulatedMedia", &dark);
        }
        browser
    }

    fn try_send(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let body = if method == "GET" { String::new() } else { body.to_string() };
        let path = format!("/session/{}{path}", self.session);
        let (status, body) = ask(self.port, method, &path, "", &body).map_err(|error| error.to_string())?;
        let answer: Value = serde_json::from_str(&body).map_err(|error| error.to_string())?;
        if status == 200 { Ok(answer["value"].clone()) } else { Err(answer["value"]["message"].to_string()) }
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        self.try_send(method, path, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    fn devtools(&self, command: &str, parameters: &Value) {
        self.send("POST", "/goog/cdp/execute", &json!({ "cmd": command, "params": parameters }));
    }

    /// Gives the page another size, in CSS pixels, as on a phone with two pixels for each.
    pub fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 2, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Gives the page another size, in CSS pixels, of which each is one of the picture.
    pub fn screen(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Gives its reader, who wants nothing to move, a dark screen, or a light one.
    pub fn dark(&self, is_dark: bool) {
        let value = if is_dark { "dark" } else { "light" };
        let feature = |name: &str, value: &str| json!({ "name": name, "value": value });
        let features = [feature("prefers-color-scheme", value), feature("prefers-reduced-motion", "reduce")];
        self.devtools("Emulation.setEmulatedMedia", &json!({ "features": features }));
    }

    /// Gives its reader another eyesight, as `Emulation.setEmulatedVisionDeficiency` of the protocol names it, or their own by `none`.
    pub fn see_as(&self, eyesight: &str) {
        self.devtools("Emulation.setEmulatedVisionDeficiency", &json!({ "type": eyesight }));
    }

    /// Makes the machine seem so many times slower.
    pub fn slow_down(&self, times: u32) {
        self.devtools("Emulation.setCPUThrottlingRate", &json!({ "rate": times }));
    }

    /// Runs no script of any page from now on.
    pub fn run_no_scripts(&self) {
        self.devtools("Emulation.setScriptExecutionDisabled", &json!({ "value": true }));
    }

    /// The session of whoever is signed in.
    #[must_use]
    pub fn session(&self) -> String {
        let cookie = self.send("GET", "/cookie/session", &Value::Null);
        cookie["value"].as_str().unwrap().to_owned()
    }

    /// Takes over somebody's session; a page of the service must be open.
    pub fn take_session(&self, session: &str) {
        let cookie =
            json!({ "cookie": { "name": "session", "value": session, "path": "/", "httpOnly": true } });
        self.send("POST", "/cookie", &cookie);
    }

    /// Presses a key.
    pub fn press(&self, key: char) {
        let key = |kind| json!({ "type": kind, "value": key });
        let keys = json!({ "type": "key", "id": "keyboard", "actions": [key("keyDown"), key("keyUp")] });
        self.send("POST", "/actions", &json!({ "actions": [keys] }));
    }

    /// Opens a page.
    pub fn open(&self, address: &str) {
        self.send("POST", "/url", &json!({ "url": address }));
    }

    /// Loads the page again.
    pub fn reload(&self) {
        self.send("POST", "/refresh", &json!({}));
    }

    /// The path of the page.
    #[must_use]
    pub fn path(&self) -> String {
        self.run("return location.pathname").as_str().unwrap().to_owned()
    }

    fn find(&self, selector: &str) -> Option<String> {
        let wanted = json!({ "using": "css selector", "value": selector });
        let found = self.try_send("POST", "/element", &wanted).ok()?;
        Some(found[ELEMENT].as_str()?.to_owned())
    }

    /// Waits for an element; gives the name by which the protocol knows it.
    pub fn wait(&self, selector: &str) -> String {
        wait_for(selector, PATIENCE, || self.find(selector))
    }

    /// Waits until a script says something that is true.
    pub fn wait_until(&self, script: &str) {
        wait_for(script, PATIENCE, || (self.run(script) == json!(true)).then_some(()));
    }

    /// Taps an element, as soon as it is there.
    pub fn tap(&self, selector: &str) {
        wait_for(&format!("{selector} to be tapped"), PATIENCE, || {
            let element = self.find(selector)?;
            self.try_send("POST", &format!("/element/{element}/click"), &json!({})).ok()
        });
    }

    /// Types into a field.
    pub fn write(&self, selector: &str, text: &str) {
        let element = self.wait(selector);
        self.send("POST", &format!("/element/{element}/value"), &json!({ "text": text }));
    }

    /// What stands in an element.
    #[must_use]
    pub fn text(&self, selector: &str) -> String {
        let element = self.wait(selector);
        self.send("GET", &format!("/element/{element}/text"), &Value::Null).as_str().unwrap().to_owned()
    }

    /// Runs a script in the page; gives what it returns.
    #[must_use]
    pub fn run(&self, script: &str) -> Value {
        self.send("POST", "/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Gives the device an authenticator, whose owner is there and unlocks it.
    pub fn add_authenticator(&self) {
        let kind = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserVerified": true,
        });
        self.send("POST", "/webauthn/authenticator", &kind);
    }

    /// Runs a script in the page that calls `done` with what it gives.
    #[must_use]
    pub fn run_later(&self, script: &str) -> Value {
        let script = format!("const done = arguments[0]; {script}");
        self.send("POST", "/execute/async", &json!({ "script": script, "args": [] }))
    }

    /// What the API answers to the page's reader.
    #[must_use]
    pub fn get(&self, path: &str) -> Value {
        self.run_later(&format!("fetch('{path}').then(async (answer) => done(await answer.json()))"))
    }

    /// Whatever keeps somebody from using the page, as `axe-core` finds it (WCAG 2.2, A and AA, and good practice); `CLEANBILL_AXE`
    /// names its script, and where it does not nothing is looked for.
    #[must_use]
    pub fn barriers(&self) -> Vec<String> {
        let Some(script) = std::env::var_os("CLEANBILL_AXE") else {
            println!("barriers are not looked for: CLEANBILL_AXE does not name the script of axe-core");
            return Vec::new();
        };
        let _ = self.run(&std::fs::read_to_string(script).unwrap());
        let look = "const done = arguments[0];
            const only = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
            axe.run(document, { runOnly: only }).then((found) => done(found.violations.map((of) =>
                `${of.id}: ${of.nodes.map((node) => node.html).join(' ')}`)));";
        let found = self.send("POST", "/execute/async", &json!({ "script": look, "args": [] }));
        found.as_array().unwrap().iter().map(|of| of.as_str().unwrap().to_owned()).collect()
    }

    /// A picture of an element.
    #[must_use]
    pub fn picture(&self, selector: &str) -> Vec<u8> {
        let element = self.wait(selector);
        let picture = self.send("GET", &format!("/element/{element}/screenshot"), &Value::Null);
        BASE64.decode(picture.as_str().unwrap().as_bytes()).unwrap()
    }

    /// Keeps a picture of the page as its reader sees it now.
    pub fn keep(&self, name: &str) {
        let picture = self.send("GET", "/screenshot", &Value::Null);
        keep(name, &BASE64.decode(picture.as_str().unwrap().as_bytes()).unwrap());
    }

    /// Keeps a picture for the documentation, where `CLEANBILL_SCREENS` names a folder.
    pub fn document(&self, name: &str) {
        let Some(folder) = std::env::var_os("CLEANBILL_SCREENS") else { return };
        let picture = self.send("GET", "/screenshot", &Value::Null);
        let picture = BASE64.decode(picture.as_str().unwrap().as_bytes()).unwrap();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), picture).unwrap();
    }

    /// The pages whose whole length is kept are as long as they are.
    pub fn keep_whole(&self, name: &str, width: u32, height: u32) {
        let length = self.run("return Math.ceil(document.documentElement.scrollHeight)").as_u64().unwrap();
        self.resize(width, u32::try_from(length).unwrap().clamp(height, 8_000));
        self.keep(name);
        self.resize(width, height);
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It is ended with its driver otherwise.
        let _ = self.try_send("DELETE", "", &json!({}));
    }
}
