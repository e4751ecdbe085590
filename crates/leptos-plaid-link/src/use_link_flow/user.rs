//! The signed-in user, whose records are kept in the browser.

use std::rc::Rc;

use link_flow::{
    Event, FailureKind, HandlerState, Purpose, ResumeError, ResumeRecord, oauth_state_id,
};
use plaid_types::LinkToken;

use super::shell::{AnyShell, Shell, now};
use crate::backend::LinkBackend;
use crate::storage;

impl<B: LinkBackend> Shell<B> {
    /// Asks the backend for the signed-in user, then restores what an earlier page has kept for that user.
    pub(super) fn identify_user(&self) {
        let seconds = u64::from(self.options.deadline_seconds);
        self.identify_again_at.set(now() + seconds * 1000);
        self.spawn(async move |shell: Rc<Self>| {
            let deadline = shell.deadline(Event::ResumeFailed(ResumeError::Unreachable));
            let user = shell.backend.user().await;
            drop(deadline);
            match user {
                Ok(user) => shell.user_identified(&user),
                // Without a user nothing can be kept. The flow's own requests report what is wrong.
                Err(failure) => {
                    shell.identify_again_at.set(0);
                    let error = match failure.kind {
                        FailureKind::SignedOut => ResumeError::SignedOut,
                        _ => ResumeError::Unreachable,
                    };
                    shell.send(Event::ResumeFailed(error));
                }
            }
        });
    }

    /// Asks for the user again if the backend has not answered yet.
    pub(super) fn identify_user_if_unknown(&self) {
        if self.user.borrow().is_none() && self.identify_again_at.get() <= now() {
            self.identify_user();
        }
    }

    /// Keeps what a page at the redirect URI needs to continue. Until the user is known, nothing is kept.
    pub(super) fn keep_resume(&self, link_token: LinkToken, expires_at: u64, purpose: Purpose) {
        self.identify_user_if_unknown();
        if let Some(user) = self.user.borrow().clone() {
            storage::keep_resume(&ResumeRecord::new(user, link_token, expires_at, purpose));
        }
    }

    fn user_identified(&self, user: &str) {
        *self.user.borrow_mut() = Some(user.to_owned());
        self.keep_unsent(user);
        if !self.stopped.get() {
            self.keep_open_visit();
            self.restore(user);
        }
    }

    /// Keeps the successes that came before the user was known.
    fn keep_unsent(&self, user: &str) {
        for unsent in &self.state.borrow().outbox {
            storage::keep_success(user, &unsent.success);
        }
    }

    /// Keeps the visit that was opened before the user was known.
    fn keep_open_visit(&self) {
        let state = self.state.borrow();
        if let HandlerState::Open(token) = &state.handler {
            let (link_token, purpose) = (token.link_token.clone(), state.purpose.clone());
            self.keep_resume(link_token, token.expires_at, purpose);
        }
    }

    /// Sends the events for what an earlier page has kept.
    fn restore(&self, user: &str) {
        let now = now();
        for success in storage::successes(user, now) {
            self.send(match success {
                Ok(success) => Event::Restored(success),
                Err(error) => {
                    web_sys::console::warn_1(&error.to_string().into());
                    Event::RestoreFailed(error)
                }
            });
        }
        let kept = storage::resume(user, now);
        if let Some(redirect_uri) = self.options.received_redirect_uri.clone() {
            self.send(resumption(kept, redirect_uri));
        }
    }
}

/// Returns the event for the page of the redirect URI.
fn resumption(kept: Result<ResumeRecord, ResumeError>, redirect_uri: String) -> Event {
    if oauth_state_id(&redirect_uri).is_none() {
        return Event::ResumeFailed(ResumeError::NoState);
    }
    match kept {
        Ok(record) => Event::Resumed {
            record,
            redirect_uri,
        },
        Err(error) => Event::ResumeFailed(error),
    }
}
