//! Posting to other services.

use std::time::Duration;

use axum::{
    body::Bytes,
    http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri},
};
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

use crate::outbox::{SendError, is_here};

/// How long another service may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Posts. It follows no redirect and reads no answer but its status.
pub(super) struct Poster(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl Poster {
    pub(super) fn new() -> Result<Self, String> {
        let provider = rustls::crypto::ring::default_provider();
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(provider)
            .map_err(|error| format!("encryption cannot be used: {error}"))?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Poster(Client::builder(TokioExecutor::new()).build(connector)))
    }

    /// Posts to an address; gives the status. What does not answer is tried again later.
    pub(super) async fn post(
        &self,
        to: &Uri,
        headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
        body: Bytes,
    ) -> Result<StatusCode, SendError> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = to.clone();
        request.headers_mut().extend(headers);
        let answer = tokio::time::timeout(TIMEOUT, self.0.request(request)).await;
        match answer {
            Ok(Ok(answer)) => Ok(answer.status()),
            _ => Err(SendError::Later),
        }
    }
}

/// An address that may be posted to: over TLS, or on this machine.
pub(super) fn address(text: &str) -> Option<Uri> {
    let uri: Uri = text.parse().ok()?;
    let host = uri.host()?;
    let may = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => is_here(host),
        _ => false,
    };
    (may && !uri.authority()?.as_str().contains('@')).then_some(uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_crosses_no_network_in_the_clear() {
        assert!(address("https://sms.example.org/send").is_some());
        assert!(address("http://127.0.0.1:9/send").is_some() && address("http://[::1]:9/").is_some());
        for bad in [
            "http://sms.example.org/",
            "https://user@sms.example.org/",
            "ftp://sms.example.org/",
            "/send",
            "",
        ] {
            assert!(address(bad).is_none(), "{bad}");
        }
    }
}
