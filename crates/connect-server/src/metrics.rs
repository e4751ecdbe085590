//! The measurements of a backend, in Prometheus' text format.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::store::{Failures, Queue};

/// The buckets of durations, in seconds: from a read of the database to the deadline of a request.
const BUCKETS: [f64; 11] = [
    0.001, 0.005, 0.02, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 120.0,
];

/// Everything that is measured.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Histogram, NewHistogram>,
    plaid_calls: Family<CallLabels, Histogram, NewHistogram>,
    exchanges: Family<Outcome, Counter>,
    webhooks: Family<Outcome, Counter>,
    queue_lengths: Family<QueueLabels, Gauge>,
    queue_ages: Family<QueueLabels, Gauge>,
    database_errors: Counter,
    unreadable_rows: Counter,
    /// The open event streams of pages.
    pub(crate) event_streams: Gauge,
    /// The open connections.
    pub(crate) connections: Gauge,
}

#[derive(Clone, Debug, EncodeLabelSet, PartialEq, Eq, Hash)]
struct RequestLabels {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, EncodeLabelSet, PartialEq, Eq, Hash)]
struct CallLabels {
    endpoint: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, PartialEq, Eq, Hash)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, PartialEq, Eq, Hash)]
struct QueueLabels {
    queue: &'static str,
}

#[derive(Clone)]
struct NewHistogram;

impl MetricConstructor<Histogram> for NewHistogram {
    fn new_metric(&self) -> Histogram {
        Histogram::new(BUCKETS)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("connect"),
            requests: Family::new_with_constructor(NewHistogram),
            plaid_calls: Family::new_with_constructor(NewHistogram),
            exchanges: Family::default(),
            webhooks: Family::default(),
            queue_lengths: Family::default(),
            queue_ages: Family::default(),
            database_errors: Counter::default(),
            unreadable_rows: Counter::default(),
            event_streams: Gauge::default(),
            connections: Gauge::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        let seconds = || Unit::Seconds;
        registry.register_with_unit(
            "http_request_duration",
            "Requests, from their head to the head of the answer",
            seconds(),
            self.requests.clone(),
        );
        registry.register_with_unit(
            "plaid_call_duration",
            "Calls to Plaid",
            seconds(),
            self.plaid_calls.clone(),
        );
        registry.register(
            "exchanges",
            "Public tokens that were submitted, by what became of them",
            self.exchanges.clone(),
        );
        registry.register(
            "webhooks",
            "Received webhooks, by the answer to Plaid",
            self.webhooks.clone(),
        );
        registry.register(
            "queue_length",
            "Rows that wait for a job",
            self.queue_lengths.clone(),
        );
        registry.register_with_unit(
            "queue_oldest",
            "How long the oldest row has waited for a job",
            seconds(),
            self.queue_ages.clone(),
        );
        registry.register(
            "database_errors",
            "Reads, writes and syncs of the database that failed",
            self.database_errors.clone(),
        );
        registry.register(
            "unreadable_rows",
            "Reads of rows that no key opens, or that hold invalid data",
            self.unreadable_rows.clone(),
        );
        registry.register(
            "event_streams",
            "Open event streams of pages",
            self.event_streams.clone(),
        );
        registry.register("connections", "Open connections", self.connections.clone());
    }

    /// Counts a request. `route` is a pattern such as `/api/items/{id}`, never a path.
    pub(crate) fn request(
        &self,
        route: &str,
        method: &'static str,
        status: u16,
        elapsed: Duration,
    ) {
        let labels = RequestLabels {
            route: route.to_owned(),
            method,
            status,
        };
        let requests = self.requests.get_or_create(&labels);
        requests.observe(elapsed.as_secs_f64());
    }

    fn plaid_call(&self, endpoint: &'static str, outcome: &'static str, elapsed: Duration) {
        let labels = CallLabels { endpoint, outcome };
        let calls = self.plaid_calls.get_or_create(&labels);
        calls.observe(elapsed.as_secs_f64());
    }

    /// Counts a submitted public token.
    pub(crate) fn exchange(&self, outcome: &'static str) {
        self.exchanges.get_or_create(&Outcome { outcome }).inc();
    }

    /// Counts a received webhook.
    pub(crate) fn webhook(&self, outcome: &'static str) {
        self.webhooks.get_or_create(&Outcome { outcome }).inc();
    }

    /// Returns all measurements as text.
    pub(crate) fn text(&self, queues: &[Queue], failures: Failures) -> Result<String, fmt::Error> {
        for Queue {
            name,
            length,
            oldest,
        } in queues
        {
            let labels = QueueLabels { queue: name };
            self.queue_lengths.get_or_create(&labels).set(*length);
            self.queue_ages.get_or_create(&labels).set(*oldest);
        }
        raise(&self.database_errors, failures.failed);
        raise(&self.unreadable_rows, failures.unreadable);
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// Sets a counter to a count that is kept elsewhere.
fn raise(counter: &Counter, count: u64) {
    counter.inc_by(count.saturating_sub(counter.get()));
}

impl fmt::Debug for Metrics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// A gauge that counts something for as long as this lives.
#[derive(Debug)]
pub(crate) struct Counted(Gauge);

impl Counted {
    /// Counts one more.
    pub(crate) fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// The function that counts the calls of a client of Plaid.
pub(crate) fn plaid_observer(
    metrics: Arc<Metrics>,
) -> impl Fn(&plaid_client::Call<'_>) + Send + Sync + 'static {
    move |call| {
        use plaid_client::Error as Plaid;
        let outcome = match call.error {
            None => "ok",
            Some(Plaid::Refused { status: 500.., .. }) => "failed",
            Some(Plaid::Refused { .. }) => "refused",
            Some(Plaid::RateLimited { .. }) => "rate_limited",
            Some(Plaid::Timeout { .. }) => "timeout",
            Some(Plaid::Unreachable { .. }) => "unreachable",
            Some(_) => "unexpected",
        };
        metrics.plaid_call(call.endpoint, outcome, call.elapsed);
    }
}
