//! What pages are shown with: the sheet, scripts, what a phone installs, and the module of phones and doors, all in the program.

use std::sync::LazyLock;

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
    routing::get,
};
use sha2::{Digest, Sha256};

use crate::{
    language,
    problem::{Kind, Problem},
    reply,
    service::Service,
};

/// A file of the pages.
struct Asset {
    path: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

macro_rules! scripts {
    ($($name:literal),+) => {
        [$(Asset {
            path: concat!("/scripts/", $name),
            kind: SCRIPT,
            bytes: include_bytes!(concat!("../scripts/", $name)),
        }),+]
    };
}

static SCRIPTS: [Asset; 15] = scripts![
    "attach.js",
    "camera.js",
    "check.js",
    "diary-page.js",
    "diary.js",
    "door-worker.js",
    "kept.js",
    "me.js",
    "module.js",
    "offline.js",
    "passkeys.js",
    "told.js",
    "venue.js",
    "wallet.js",
    "words.js"
];
static LOOKS: [Asset; 2] = [
    Asset {
        path: "/style.css",
        kind: "text/css; charset=utf-8",
        bytes: include_bytes!("../templates/style.css"),
    },
    Asset { path: "/icon.svg", kind: "image/svg+xml", bytes: include_bytes!("../templates/icon.svg") },
];
const SERVICE_WORKER: &str = include_str!("../scripts/service-worker.js");

/// The module: its script, and the compiled code, compressed; `None` where it was not built.
const MODULE: Option<(&[u8], &[u8])> = include!(concat!(env!("OUT_DIR"), "/device.rs"));
const MODULE_PATHS: [&str; 2] = ["/device/device.js", "/device/device_bg.wasm"];

/// Whether this program has the module of phones and doors.
pub(crate) fn has_module() -> bool {
    MODULE.is_some()
}

/// The service worker, with the paths of everything it keeps and a version that is another one when anything of it is.
static WORKER: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    let mut paths = Vec::new();
    for asset in SCRIPTS.iter().chain(&LOOKS) {
        hash.update(asset.bytes);
        paths.push(asset.path);
    }
    if let Some((script, wasm)) = MODULE {
        hash.update(script);
        hash.update(wasm);
        paths.extend(MODULE_PATHS);
    }
    hash.update(SERVICE_WORKER);
    let version: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let parts = serde_json::to_string(&paths).unwrap_or_default();
    SERVICE_WORKER.replace("@version@", &version).replace("@parts@", &parts)
});

/// The routes.
pub(crate) fn router() -> Router<Service> {
    let mut router = Router::new()
        .route("/service-worker.js", get(service_worker))
        .route("/manifest.webmanifest", get(manifest))
        .route("/device/device.js", get(module_script))
        .route("/device/device_bg.wasm", get(module_code));
    for asset in SCRIPTS.iter().chain(&LOOKS) {
        let answer = move |headers: HeaderMap| async move { shown(&headers, asset.kind, asset.bytes) };
        router = router.route(asset.path, get(answer));
    }
    router
}

/// Bytes that anybody may keep, and asks for again by their tag.
fn shown(headers: &HeaderMap, kind: &'static str, bytes: &'static [u8]) -> Response {
    let mut response = reply::read(headers, kind, &reply::tag(bytes), bytes.into());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    response
}

async fn service_worker(headers: HeaderMap) -> Response {
    shown(&headers, SCRIPT, WORKER.as_bytes())
}

async fn module_script(headers: HeaderMap) -> Result<Response, Problem> {
    let (script, _) = MODULE.ok_or(Kind::Unknown)?;
    Ok(shown(&headers, SCRIPT, script))
}

/// Every browser that runs WebAssembly unpacks gzip.
async fn module_code(headers: HeaderMap) -> Result<Response, Problem> {
    let (_, code) = MODULE.ok_or(Kind::Unknown)?;
    let mut response = shown(&headers, "application/wasm", code);
    response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    Ok(response)
}

/// What a phone needs to put the page among its apps.
async fn manifest(State(service): State<Service>, headers: HeaderMap) -> Response {
    let language = language::of(&headers);
    let manifest = serde_json::json!({
        "id": "/me",
        "name": format!("Clean Bill · {}", service.settings().authority),
        "short_name": language::say(language, "me-title", &[]),
        "start_url": "/me",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f5f5f2",
        "theme_color": "#f5f5f2",
        "icons": [{ "src": "/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any maskable" }],
    });
    let bytes = manifest.to_string().into_bytes();
    reply::read(&headers, "application/manifest+json", &reply::tag(&bytes), bytes.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_that_a_page_or_script_names_is_served_and_kept() {
        let mut named = 0;
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
        let pages = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let texts = pages.map(|path| std::fs::read_to_string(path).unwrap());
        let scripts = SCRIPTS.iter().map(|asset| String::from_utf8(asset.bytes.to_vec()).unwrap());
        for text in texts.chain(scripts) {
            for part in text.split(['"', '\'']).filter(|part| part.ends_with(".js")) {
                let path = part.replace("./", "/scripts/");
                let is_known = SCRIPTS.iter().any(|asset| asset.path == path)
                    || MODULE_PATHS.contains(&path.as_str())
                    || path == "/service-worker.js";
                assert!(is_known, "{part} is named and not served");
                named += 1;
            }
        }
        assert!(named > 8, "the scripts were not found");
        for asset in &SCRIPTS {
            assert!(WORKER.contains(asset.path), "{} is not kept for an outage", asset.path);
        }
        assert!(!WORKER.contains('@'), "something was not filled in");
    }
}
