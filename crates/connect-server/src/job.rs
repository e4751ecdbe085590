//! The loop around every job.

use std::mem;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// The schedule of a job: it runs at once, then after each interval, or as soon as it is woken, until it is stopped.
///
/// ```ignore
/// let mut schedule = Schedule::new(&stop, interval);
/// while schedule.next().await {
///     work().await;
/// }
/// ```
#[derive(Debug)]
pub(crate) struct Schedule<'a> {
    stop: &'a CancellationToken,
    interval: Duration,
    wake: Option<&'a Notify>,
    has_run: bool,
}

impl<'a> Schedule<'a> {
    /// Creates a schedule with an interval.
    pub(crate) fn new(stop: &'a CancellationToken, interval: Duration) -> Self {
        Self {
            stop,
            interval,
            wake: None,
            has_run: false,
        }
    }

    /// Runs the job also when it is woken.
    pub(crate) fn woken_by(mut self, wake: &'a Notify) -> Self {
        self.wake = Some(wake);
        self
    }

    /// Waits for the next run. False once the job is stopped.
    pub(crate) async fn next(&mut self) -> bool {
        if !mem::replace(&mut self.has_run, true) {
            return true;
        }
        let woken = async {
            match self.wake {
                Some(wake) => wake.notified().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = tokio::time::sleep(self.interval) => true,
            () = woken => true,
            () = self.stop.cancelled() => false,
        }
    }
}
