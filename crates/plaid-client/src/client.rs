//! The HTTP client of Plaid's API.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use plaid_types::{ErrorType, PlaidError, RequestId};
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{StatusCode, Url};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Environment, Error, Secret};

/// The version of the API.
const VERSION: &str = "2020-09-14";

/// The largest response body in bytes. Plaid's largest, a page of 500 transactions, is far smaller.
const MAX_RESPONSE: usize = 8 * 1024 * 1024;

/// A client of Plaid's API. Clones are cheap and share one connection pool.
#[derive(Clone, Debug)]
pub struct PlaidClient {
    observer: Option<Observer>,
    http: reqwest::Client,
    base_url: Url,
    client_id: String,
    secret: Secret,
    deadline: Duration,
}

impl PlaidClient {
    /// Creates a builder. The defaults are the Sandbox and a deadline of 30 seconds.
    pub fn builder(client_id: impl Into<String>, secret: Secret) -> PlaidClientBuilder {
        PlaidClientBuilder {
            observer: None,
            base_url: Environment::default().base_url().to_owned(),
            client_id: client_id.into(),
            secret,
            deadline: Duration::from_secs(30),
        }
    }

    /// Calls an endpoint. All calls to Plaid use this function.
    pub(crate) async fn call<Response: DeserializeOwned>(
        &self,
        endpoint: &'static str,
        request: &(impl Serialize + Sync),
    ) -> Result<Response, Error> {
        let started = Instant::now();
        let result = self.send(endpoint, request).await;
        let elapsed = started.elapsed();
        if let Some(Observer(observe)) = &self.observer {
            observe(&Call {
                endpoint,
                error: result.as_ref().err(),
                elapsed,
            });
        }
        let elapsed_ms = elapsed.as_millis();
        match result {
            Ok((response, request_id)) => {
                let plaid_request_id = request_id.as_ref().map(RequestId::as_str);
                tracing::info!(
                    endpoint,
                    elapsed_ms,
                    plaid_request_id,
                    "call to Plaid succeeded"
                );
                Ok(response)
            }
            Err(error) => {
                tracing::info!(endpoint, elapsed_ms, %error, "call to Plaid failed");
                Err(error)
            }
        }
    }

    async fn send<Response: DeserializeOwned>(
        &self,
        endpoint: &'static str,
        request: &(impl Serialize + Sync),
    ) -> Result<(Response, Option<RequestId>), Error> {
        let mut url = self.base_url.clone();
        url.set_path(&format!("{}{endpoint}", url.path().trim_end_matches('/')));
        let response = self
            .http
            .post(url)
            .header("PLAID-CLIENT-ID", &self.client_id)
            .header("PLAID-SECRET", self.secret_header(endpoint)?)
            .header("Plaid-Version", VERSION)
            .json(request)
            .send()
            .await
            .map_err(|error| self.transport_error(endpoint, error))?;
        let status = response.status();
        let retry_after = retry_after(response.headers());
        let body = self.read(endpoint, response).await?;
        if status.is_success() {
            Ok((parse(endpoint, status, &body)?, request_id(&body)))
        } else {
            Err(refusal(endpoint, status, retry_after, &body))
        }
    }

    /// Reads the body of a response, up to the maximum size.
    async fn read(
        &self,
        endpoint: &'static str,
        mut response: reqwest::Response,
    ) -> Result<Vec<u8>, Error> {
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.transport_error(endpoint, error))?
        {
            if body.len() + chunk.len() > MAX_RESPONSE {
                let reason = format!("the body is larger than {MAX_RESPONSE} bytes");
                return Err(unexpected(endpoint, status, reason));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn secret_header(&self, endpoint: &'static str) -> Result<HeaderValue, Error> {
        let mut value = HeaderValue::from_str(self.secret.expose()).map_err(|_| {
            let reason = "the request was not sent, because the secret contains characters that are not allowed in a header";
            unexpected(endpoint, StatusCode::BAD_REQUEST, reason.to_owned())
        })?;
        value.set_sensitive(true);
        Ok(value)
    }

    fn transport_error(&self, endpoint: &'static str, source: reqwest::Error) -> Error {
        if source.is_timeout() {
            Error::Timeout {
                endpoint,
                deadline: self.deadline,
            }
        } else {
            Error::Unreachable { endpoint, source }
        }
    }
}

/// A call that has ended, for measurements.
#[derive(Debug)]
#[non_exhaustive]
pub struct Call<'a> {
    /// The path that was called.
    pub endpoint: &'static str,
    /// The error, if the call failed.
    pub error: Option<&'a Error>,
    /// The time from the request to the end of the response.
    pub elapsed: Duration,
}

#[derive(Clone)]
struct Observer(Arc<dyn Fn(&Call<'_>) + Send + Sync>);

impl fmt::Debug for Observer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Observer").finish_non_exhaustive()
    }
}

/// The settings of a [`PlaidClient`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct PlaidClientBuilder {
    observer: Option<Observer>,
    base_url: String,
    client_id: String,
    secret: Secret,
    deadline: Duration,
}

impl PlaidClientBuilder {
    /// Sets the base URL: [`Environment::base_url`], or the URL of a compatible server.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Sets the deadline of a call, from sending the request to the end of the response.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets a function that is called after each call.
    pub fn observe(mut self, observer: impl Fn(&Call<'_>) + Send + Sync + 'static) -> Self {
        self.observer = Some(Observer(Arc::new(observer)));
        self
    }

    /// Creates the client.
    ///
    /// # Errors
    ///
    /// [`Error::BaseUrl`] if the base URL is invalid, [`Error::Setup`] if TLS cannot be configured.
    pub fn build(self) -> Result<PlaidClient, Error> {
        let Ok(base_url) = Url::parse(&self.base_url) else {
            return Err(Error::BaseUrl(self.base_url));
        };
        if !matches!(base_url.scheme(), "http" | "https") || !base_url.has_host() {
            return Err(Error::BaseUrl(self.base_url));
        }
        let http = reqwest::Client::builder()
            .timeout(self.deadline)
            .connect_timeout(self.deadline.min(Duration::from_secs(10)))
            .pool_idle_timeout(Duration::from_secs(90))
            // A redirect would send the secret to another server.
            .redirect(Policy::none());
        // A proxy cannot reach the loopback interface of this machine.
        let http = if is_loopback(&base_url) {
            http.no_proxy()
        } else {
            http
        };
        Ok(PlaidClient {
            observer: self.observer,
            http: http.build().map_err(Error::Setup)?,
            base_url,
            client_id: self.client_id,
            secret: self.secret,
            deadline: self.deadline,
        })
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost" | "[::1]") => true,
        Some(host) => host.starts_with("127."),
        None => false,
    }
}

fn parse<Response: DeserializeOwned>(
    endpoint: &'static str,
    status: StatusCode,
    body: &[u8],
) -> Result<Response, Error> {
    serde_json::from_slice(body).map_err(|error| {
        // The message of serde_json can quote the response, which can contain a token. Only the position is reported.
        let reason = format!(
            "{:?} error at line {}, column {}",
            error.classify(),
            error.line(),
            error.column()
        );
        unexpected(endpoint, status, reason)
    })
}

fn refusal(
    endpoint: &'static str,
    status: StatusCode,
    retry_after: Option<Duration>,
    body: &[u8],
) -> Error {
    let error = parse::<PlaidError>(endpoint, status, body).map(Box::new);
    let limited = status == StatusCode::TOO_MANY_REQUESTS
        || matches!(&error, Ok(error) if error.error_type == ErrorType::RateLimitExceeded);
    match error {
        error if limited => Error::RateLimited {
            endpoint,
            error: error.ok(),
            retry_after,
        },
        Ok(error) => Error::Refused {
            endpoint,
            status: status.as_u16(),
            error,
        },
        Err(unexpected) => unexpected,
    }
}

fn unexpected(endpoint: &'static str, status: StatusCode, reason: String) -> Error {
    Error::Unexpected {
        endpoint,
        status: status.as_u16(),
        reason,
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn request_id(body: &[u8]) -> Option<RequestId> {
    #[derive(Deserialize)]
    struct Trailer {
        request_id: Option<RequestId>,
    }
    serde_json::from_slice::<Trailer>(body).ok()?.request_id
}
