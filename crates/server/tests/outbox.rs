//! How people are told: each way against a listener on this machine, and what becomes of a message that does not arrive.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "outbox/listeners.rs"]
mod listeners;
mod town;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::http::StatusCode;
use data_encoding::BASE64URL_NOPAD as BASE64;
use issuer::SoftwareKey;
use jiff::Timestamp;
use listeners::{MailServer, WebServer};
use office::{Browser, Randomness, Role};
use serde_json::json;
use server::{Address, Jobs, Mail, Message, Messenger, SendError, Settings, Sms, Ways, WebPush};
use store_sqlite::SqliteStore;
use town::{Town, settings};

fn message(to: Address) -> Message {
    let at: Timestamp = "2020-02-12T08:00:00+08:00".parse().unwrap();
    Message {
        to,
        subject: "您的页面有更新".to_owned(),
        words: "您的颜色有变化。\nSee your page.".to_owned(),
        at,
    }
}

fn contact(text: &str) -> Address {
    Address::Contact(text.to_owned())
}

/// A browser as the example of RFC 8291 has it, at a push service of ours.
fn browser(service: &str) -> Browser {
    let bytes = |text: &str| BASE64.decode(text.as_bytes()).unwrap();
    Browser {
        endpoint: format!("{service}/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV"),
        key: bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        secret: bytes("BTBZMqHH6r4Tts7J_aSIgg"),
    }
}

#[derive(Debug)]
struct Counting(Mutex<u8>);

impl Randomness for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let mut next = self.0.lock().unwrap();
        *next += 1;
        bytes.fill(*next);
    }
}

fn push() -> WebPush {
    let key = SoftwareKey::generate(&mut |bytes| bytes.fill(5)).to_pem().unwrap();
    let services = vec!["127.0.0.1".to_owned(), "push.example.org".to_owned()];
    WebPush::new(&key, "mailto:operator@example.org", services, Arc::new(Counting(Mutex::new(0)))).unwrap()
}

#[tokio::test]
async fn mail_arrives_with_every_letter_and_a_refusal_for_good_is_told_from_one_for_now() {
    let server = MailServer::start().await;
    let mail = Mail::new(&server.url(), "Clean Bill <office@example.org>").unwrap();
    mail.send(message(contact("mailto:ma@example.org"))).await.unwrap();
    let received = server.received();
    assert_eq!(received.len(), 1);
    let (head, body) = received[0].split_once("\r\n\r\n").unwrap();
    assert!(head.contains("Content-Type: text/plain; charset=utf-8"), "{head}");
    assert!(head.contains("To: ma@example.org") && head.contains("Subject: =?utf-8?b?"), "{head}");
    let encoded: String = body.split_whitespace().collect();
    let plain = data_encoding::BASE64.decode(encoded.as_bytes()).unwrap_or_else(|_| body.as_bytes().to_vec());
    assert!(String::from_utf8(plain).unwrap().contains("您的颜色有变化。"), "{body}");
    for (says, expected) in [
        ("550 no such mailbox", SendError::Never),
        ("451 later", SendError::Later),
        ("535 wrong password", SendError::Later),
        ("554 not from here", SendError::Later),
    ] {
        server.answers_recipients(says);
        assert_eq!(mail.send(message(contact("ma@example.org"))).await, Err(expected), "{says}");
    }
    assert_eq!(mail.send(message(contact("+86 138 0000 0000"))).await, Err(SendError::Never));
    drop(server);
    assert_eq!(mail.send(message(contact("ma@example.org"))).await, Err(SendError::Later));
    assert!(Mail::new("smtp://mail.example.org", "office@example.org").is_err(), "in the clear");
    assert!(Mail::new("smtps://mail.example.org", "nobody").is_err());
}

#[tokio::test]
async fn a_text_message_is_posted_with_its_bearer_and_only_a_wrong_number_is_given_up() {
    let server = WebServer::start().await;
    let sms = Sms::new(&server.url("/send"), "a-secret").unwrap();
    sms.send(message(contact("+86 138-0000-0000"))).await.unwrap();
    let received = server.received();
    let (path, headers, body) = &received[0];
    assert_eq!((received.len(), path.as_str()), (1, "/send"));
    assert_eq!(headers["authorization"], "Bearer a-secret");
    assert_eq!(headers["content-type"], "application/json");
    let body: serde_json::Value = serde_json::from_slice(body).unwrap();
    assert_eq!(body, json!({ "to": "+8613800000000", "text": "您的颜色有变化。\nSee your page." }));
    for (status, expected) in [
        (202, Ok(())),
        (410, Err(SendError::Never)),
        (422, Err(SendError::Never)),
        (301, Err(SendError::Later)),
        (400, Err(SendError::Later)),
        (401, Err(SendError::Later)),
        (404, Err(SendError::Later)),
        (429, Err(SendError::Later)),
        (503, Err(SendError::Later)),
    ] {
        server.answers(status);
        assert_eq!(sms.send(message(contact("13800000000"))).await, expected, "{status}");
    }
    let asked = server.received().len();
    assert_eq!(sms.send(message(contact("ma@example.org"))).await, Err(SendError::Never));
    assert_eq!(
        server.received().len(),
        asked,
        "nothing was sent for a mail address, and no redirect followed"
    );
    assert!(Sms::new("http://sms.example.org/send", "t").is_err(), "in the clear");
    let nobody = Sms::new("http://127.0.0.1:9/send", "t").unwrap();
    assert_eq!(nobody.send(message(contact("13800000000"))).await, Err(SendError::Later));
}

#[tokio::test]
async fn a_message_to_a_browser_is_encrypted_signed_and_goes_to_known_services_alone() {
    let server = WebServer::start().await;
    let push = push();
    let to = Address::Browser(browser(&server.url("")));
    assert!(push.reaches(&to));
    server.answers(201);
    push.send(message(to.clone())).await.unwrap();
    let received = server.received();
    let (path, headers, body) = &received[0];
    assert_eq!(path, "/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV");
    assert_eq!(
        (headers["content-encoding"].as_bytes(), headers["ttl"].as_bytes()),
        (&b"aes128gcm"[..], &b"86400"[..])
    );
    let authorization = headers["authorization"].to_str().unwrap();
    assert!(authorization.starts_with("vapid t="));
    assert!(authorization.ends_with(&format!(", k={}", push.browser_key().unwrap())));
    assert!(!String::from_utf8_lossy(body).contains("page"), "nobody on the way reads it");
    let short = Message { words: "short".to_owned(), ..message(to.clone()) };
    push.send(short).await.unwrap();
    let lengths: Vec<usize> = server.received().iter().map(|(_, _, body)| body.len()).collect();
    assert_eq!(lengths, [2_151, 2_151], "their length tells nothing");
    for (status, expected) in [
        (404, SendError::Never),
        (410, SendError::Never),
        (403, SendError::Later),
        (429, SendError::Later),
        (500, SendError::Later),
    ] {
        server.answers(status);
        assert_eq!(push.send(message(to.clone())).await, Err(expected), "{status}");
    }
    assert!(push.reaches(&Address::Browser(browser("https://a.push.example.org"))));
    for elsewhere in [
        "https://evil.example.org",
        "https://notpush.example.org",
        "https://push.example.org.evil.example",
        "http://push.example.org",
        "https://push.example.org@evil.example",
        "http://localhost:9",
    ] {
        let to = Address::Browser(browser(elsewhere));
        assert!(!push.reaches(&to), "{elsewhere}");
        assert_eq!(push.send(message(to)).await, Err(SendError::Never), "{elsewhere}");
    }
}

/// Gives each kind of address an answer of its own, and keeps what it was asked to send.
#[derive(Debug)]
struct Scripted {
    sent: Mutex<Vec<Message>>,
    contacts: Mutex<Result<(), SendError>>,
    browsers: Mutex<Result<(), SendError>>,
}

impl Scripted {
    fn new() -> Arc<Self> {
        Arc::new(Scripted {
            sent: Mutex::default(),
            contacts: Mutex::new(Ok(())),
            browsers: Mutex::new(Ok(())),
        })
    }

    fn words(&self) -> Vec<String> {
        self.sent.lock().unwrap().iter().map(|message| message.words.clone()).collect()
    }
}

#[async_trait]
impl Messenger for Scripted {
    async fn send(&self, message: Message) -> Result<(), SendError> {
        let answer = match message.to {
            Address::Contact(_) => self.contacts.lock().unwrap().clone(),
            Address::Browser(_) => self.browsers.lock().unwrap().clone(),
        };
        self.sent.lock().unwrap().push(message);
        answer
    }

    fn reaches(&self, _: &Address) -> bool {
        true
    }
}

/// A town at ten in the morning (UTC) whose messages are scripted, with its jobs.
async fn scripted(settings: Settings) -> (Town, Arc<Scripted>, Jobs, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("office.sqlite")).await.unwrap();
    let messenger = Scripted::new();
    let with = Arc::clone(&messenger);
    let town = Town::with(Arc::new(store), settings, |parts| server::Parts { messenger: with, ..parts });
    town.publish().await;
    town.later(10 * 60);
    let jobs = Jobs::start(&town.service);
    (town, messenger, jobs, folder)
}

/// Waits until so many messages were sent.
async fn sent(messenger: &Scripted, count: usize) -> Vec<String> {
    for _ in 0..400 {
        if messenger.words().len() >= count {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    // Nothing follows.
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    let words = messenger.words();
    assert_eq!(words.len(), count, "{words:?}");
    words
}

#[tokio::test]
async fn a_notice_is_in_the_language_of_its_person_and_tried_again_only_where_it_may_still_arrive() {
    let (town, messenger, jobs, _folder) = scripted(settings()).await;
    *messenger.contacts.lock().unwrap() = Err(SendError::Later);
    let (_, token) = town.resident("Ma", None).await;
    let chosen = town.post("/api/v1/people/me/particulars", &token, json!({ "language": "zh" })).await;
    assert_eq!(chosen.status, StatusCode::OK, "{}", chosen.text());
    town.post("/api/v1/people/me/declarations", &token, json!({ "symptoms": ["fever"] })).await;
    let chinese = "您的颜色有变化。原因和期限见您的页面：http://localhost:8080/me";
    assert_eq!(sent(&messenger, 1).await, [chinese]);
    *messenger.contacts.lock().unwrap() = Err(SendError::Never);
    town.later(1);
    assert_eq!(sent(&messenger, 2).await, [chinese; 2], "it was tried again");
    town.later(120);
    sent(&messenger, 2).await;
    jobs.stop().await;
}

#[tokio::test]
async fn many_notices_at_once_are_sent_each_once() {
    let (town, messenger, jobs, _folder) = scripted(settings()).await;
    let mut tokens = Vec::new();
    for number in 0..110 {
        tokens.push(town.resident(&format!("Ma{number}"), None).await.1);
    }
    // They come up in the night; in the morning more are due than are taken at once.
    town.later(13 * 60);
    for token in &tokens {
        town.post("/api/v1/people/me/declarations", token, json!({ "symptoms": ["fever"] })).await;
    }
    sent(&messenger, 0).await;
    town.later(9 * 60);
    sent(&messenger, 110).await;
    let mut to: Vec<String> =
        messenger.sent.lock().unwrap().iter().map(|message| message.to.to_string()).collect();
    to.sort();
    to.dedup();
    assert_eq!(to.len(), 110);
    jobs.stop().await;
}

#[tokio::test]
async fn a_browser_that_takes_nothing_is_forgotten_and_the_contact_is_written_to_all_the_same() {
    let (town, messenger, jobs, _folder) = scripted(settings()).await;
    let (person, token) = town.resident("Ma", None).await;
    let of = browser("https://push.example.org");
    let given = json!({
        "endpoint": of.endpoint, "expirationTime": null,
        "keys": { "p256dh": BASE64.encode(&of.key), "auth": BASE64.encode(&of.secret) },
    });
    let path = "/api/v1/people/me/push-subscriptions";
    let subscribed = town.post(path, &token, given).await;
    assert_eq!(subscribed.status, StatusCode::CREATED, "{}", subscribed.text());
    assert_eq!(town.get(path, &token).await.json().as_array().unwrap().len(), 1);
    town.post("/api/v1/people/me/declarations", &token, json!({ "symptoms": ["fever"] })).await;
    let words = sent(&messenger, 2).await;
    assert!(
        words[0].contains("Your colour changed") && words[0].contains("您的颜色有变化"),
        "no language was chosen"
    );
    *messenger.browsers.lock().unwrap() = Err(SendError::Never);
    town.later(24 * 60 * 9);
    town.office.tick().await.unwrap();
    sent(&messenger, 4).await;
    let person: evidence::PersonId = person.parse().unwrap();
    let known = town.office.push_subscriptions(&office::Actor::Resident(person.clone()), &person).await;
    assert_eq!(known.unwrap(), [], "it is gone");
    jobs.stop().await;
}

#[tokio::test]
async fn oversight_is_written_to_once_about_all_that_came_up_and_again_where_it_did_not_arrive() {
    let settings = Settings { oversight_contact: Some("oversight@example.org".to_owned()), ..settings() };
    let (town, messenger, jobs, _folder) = scripted(settings).await;
    *messenger.contacts.lock().unwrap() = Err(SendError::Never);
    let policy = town.officer("policy", Role::Policy, "health/commission").await;
    let key = SoftwareKey::generate(&mut |bytes| bytes.fill(9));
    let given = json!({
        "name": "suzhou/cdc", "issuer": "SZ", "key": data_encoding::BASE64.encode(issuer::Signer::spki(&key)),
        "not_after": "2020-05-01T00:00:00Z",
    });
    town.post("/api/v1/issuers", &policy, given).await;
    let words = sent(&messenger, 1).await.remove(0);
    assert!(words.contains("http://localhost:8080/oversight"), "{words}");
    assert!(words.contains("Trust in another authority was proposed") && words.contains("提议信任其他机构"));
    *messenger.contacts.lock().unwrap() = Ok(());
    town.later(1);
    sent(&messenger, 2).await;
    town.later(600);
    sent(&messenger, 2).await;
    let to = messenger.sent.lock().unwrap()[1].to.clone();
    assert_eq!(to, contact("oversight@example.org"));
    jobs.stop().await;
}

#[tokio::test]
async fn each_way_gets_what_it_reaches_and_nothing_of_anybody_is_logged() {
    let lines = listeners::Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _logs = tracing::subscriber::set_default(subscriber);
    let (mails, texts, pushes) =
        (MailServer::start().await, WebServer::start().await, WebServer::start().await);
    let ways = Ways(vec![
        Box::new(Mail::new(&mails.url(), "office@example.org").unwrap()),
        Box::new(Sms::new(&texts.url("/send"), "a-secret-token").unwrap()),
        Box::new(push()),
    ]);
    assert!(ways.browser_key().is_some());
    for to in [
        contact("zhuangzhou@example.org"),
        contact("+8613800000000"),
        Address::Browser(browser(&pushes.url(""))),
    ] {
        ways.send(message(to)).await.unwrap();
    }
    assert_eq!((mails.received().len(), texts.received().len(), pushes.received().len()), (1, 1, 1));
    assert_eq!(ways.send(message(contact("by pigeon"))).await, Err(SendError::Never));
    assert!(!ways.reaches(&contact("by pigeon")));
    tracing::info!("the end");
    let logged = lines.text();
    assert!(logged.contains("the end"), "something is logged");
    for secret in ["zhuangzhou", "13800000000", "JzLQ3raZ", "a-secret-token", "See your page", "颜色"] {
        assert!(!logged.contains(secret), "{secret} is in the log: {logged}");
    }
}

#[tokio::test]
async fn who_registers_is_written_to_in_the_language_they_registered_in() {
    let (town, messenger, jobs, _folder) = scripted(settings()).await;
    for (language, name, code_says, notice_says) in
        [("zh-CN", "Ma", "您的验证码", "您的颜色"), ("en", "Bo", "Your code", "Your colour")]
    {
        let ask = async |path: &str, body: serde_json::Value| {
            let request = axum::http::Request::post(path)
                .header("content-type", "application/json")
                .header("accept-language", language)
                .body(axum::body::Body::from(body.to_string()))
                .unwrap();
            town.ask(request).await
        };
        let before = messenger.words().len();
        let contact = format!("{name}@example.org");
        ask("/api/v1/codes", json!({ "contact": contact })).await;
        let words = sent(&messenger, before + 1).await.pop().unwrap();
        assert!(words.contains(code_says) && !words.contains('\n'), "{words}");
        let code: String = words.chars().filter(char::is_ascii_digit).take(6).collect();
        let given = json!({ "contact": contact, "code": code, "name": name });
        let registered = ask("/api/v1/residents", given).await;
        let token = registered.json()["token"].as_str().unwrap().to_owned();
        town.post("/api/v1/people/me/declarations", &token, json!({ "symptoms": ["fever"] })).await;
        let words = sent(&messenger, before + 2).await.pop().unwrap();
        assert!(words.starts_with(notice_says) && !words.contains('\n'), "{words}");
        // They switch on the page; another site's link chooses for nobody.
        let other = if name == "Ma" { "en" } else { "zh" };
        for site in ["cross-site", "same-origin"] {
            let switch = axum::http::Request::get(format!("/language/{other}"))
                .header("cookie", format!("session={token}"))
                .header("sec-fetch-site", site)
                .body(axum::body::Body::empty())
                .unwrap();
            assert_eq!(town.ask(switch).await.status, StatusCode::SEE_OTHER);
            let chosen = town.get("/api/v1/people/me/particulars", &token).await.json();
            assert_eq!(chosen["language"] == other, site == "same-origin", "{site}: {chosen}");
        }
    }
    jobs.stop().await;
}
