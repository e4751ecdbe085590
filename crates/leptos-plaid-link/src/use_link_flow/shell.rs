//! The shell around the state machine: its event loop, its timers and what it owns.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use gloo_timers::callback::Timeout;
use leptos::task::spawn_local;
use link_flow::{Attempt, Event, State, SuccessId, step};

use super::options::UseLinkFlowOptions;
use super::signals::Signals;
use crate::backend::LinkBackend;
use crate::online::OnlineListener;
use crate::plaid_link_crate::Handler;
use crate::storage;

/// A shell of any backend.
pub(super) trait AnyShell {
    /// Steps the state machine and carries its effects out.
    fn send(&self, event: Event);

    /// Releases everything. Later events are ignored.
    fn stop(&self);

    /// Removes the user's records, and stops.
    fn sign_out(&self);
}

pub(super) struct Shell<B> {
    pub(super) me: Weak<Self>,
    pub(super) backend: B,
    pub(super) options: UseLinkFlowOptions,
    signals: Signals,
    pub(super) state: RefCell<State>,
    /// Events that arrive during a step: Link may call back from within a call.
    queue: RefCell<VecDeque<Event>>,
    is_stepping: Cell<bool>,
    pub(super) stopped: Cell<bool>,
    pub(super) user: RefCell<Option<String>>,
    /// The earliest time to ask for the user again, in milliseconds since 1970.
    pub(super) identify_again_at: Cell<u64>,
    pub(super) handler: RefCell<Option<(Attempt, Rc<Handler>)>>,
    pub(super) expiry: RefCell<Option<Timeout>>,
    pub(super) frame: RefCell<Option<Timeout>>,
    pub(super) resends: RefCell<Vec<(SuccessId, Timeout)>>,
    online: RefCell<Option<OnlineListener>>,
}

impl<B: LinkBackend> Shell<B> {
    pub(super) fn start(
        backend: B,
        options: UseLinkFlowOptions,
        signals: Signals,
    ) -> Rc<dyn AnyShell> {
        let shell = Rc::new_cyclic(|me| Self {
            me: me.clone(),
            backend,
            state: RefCell::new(State::new(options.purpose.clone())),
            options,
            signals,
            queue: RefCell::default(),
            is_stepping: Cell::new(false),
            stopped: Cell::new(false),
            user: RefCell::default(),
            identify_again_at: Cell::new(0),
            handler: RefCell::default(),
            expiry: RefCell::default(),
            frame: RefCell::default(),
            resends: RefCell::default(),
            online: RefCell::default(),
        });
        shell.listen_for_online();
        if shell.options.received_redirect_uri.is_some() {
            shell.send(Event::Return);
        } else {
            shell.identify_user();
            if shell.options.prepare {
                shell.send(Event::Prepare);
            }
        }
        shell
    }

    /// Runs a future. It holds the shell until it ends; what it sends after `stop` is ignored.
    pub(super) fn spawn<F: Future<Output = ()>>(&self, run: impl FnOnce(Rc<Self>) -> F + 'static) {
        if let Some(shell) = self.me.upgrade() {
            spawn_local(async move { run(shell).await });
        }
    }

    /// Sends an event after a delay in milliseconds, unless the timer is dropped before.
    pub(super) fn after(&self, delay: u64, event: Event) -> Option<Timeout> {
        let me = self.me.clone();
        // A browser's timer has 31 bits, which are 24 days. No token lives that long.
        let delay = u32::try_from(delay)
            .ok()
            .filter(|delay| i32::try_from(*delay).is_ok())?;
        Some(Timeout::new(delay, move || send_to(&me, event)))
    }

    /// Sends an event if the backend does not answer in time. An answer in time drops the timer.
    pub(super) fn deadline(&self, event: Event) -> Option<Timeout> {
        self.after(u64::from(self.options.deadline_seconds) * 1000, event)
    }

    fn listen_for_online(&self) {
        let me = self.me.clone();
        let on_online = move || {
            if let Some(shell) = me.upgrade() {
                shell.identify_user_if_unknown();
                shell.send(Event::Online { now: now() });
            }
        };
        *self.online.borrow_mut() = OnlineListener::new(on_online);
    }
}

impl<B: LinkBackend> AnyShell for Shell<B> {
    fn send(&self, event: Event) {
        if self.stopped.get() {
            return;
        }
        self.queue.borrow_mut().push_back(event);
        if self.is_stepping.replace(true) {
            return;
        }
        loop {
            let Some(event) = self.queue.borrow_mut().pop_front() else {
                break;
            };
            let before = self.state.take();
            let outcomes_before = before.outcomes;
            let (state, effects) = step(before, event);
            let prepare = self.options.prepare && state.wants_handler();
            *self.state.borrow_mut() = state;
            for effect in effects {
                self.carry_out(effect);
            }
            if prepare {
                self.queue.borrow_mut().push_back(Event::Prepare);
            }
            self.signals.publish(&self.state, outcomes_before);
        }
        self.is_stepping.set(false);
    }

    fn stop(&self) {
        self.stopped.set(true);
        if let Some(link_token) = self.state.borrow().resumable() {
            storage::forget_resume(link_token);
        }
        drop(self.handler.take());
        drop(self.expiry.borrow_mut().take());
        drop(self.frame.borrow_mut().take());
        self.resends.borrow_mut().clear();
        drop(self.online.borrow_mut().take());
    }

    fn sign_out(&self) {
        if let Some(user) = &*self.user.borrow() {
            storage::forget_user(user);
        }
        self.stop();
    }
}

pub(super) fn send_to<B: LinkBackend>(shell: &Weak<Shell<B>>, event: Event) {
    if let Some(shell) = shell.upgrade() {
        shell.send(event);
    }
}

/// Returns the time of the browser's clock, in milliseconds since 1970.
pub(super) fn now() -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a date after 1970"
    )]
    let now = js_sys::Date::now() as u64;
    now
}
