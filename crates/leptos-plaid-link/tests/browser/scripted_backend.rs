//! A backend that records its requests and answers when a test says so.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use fake_link::CallLog;
use leptos_plaid_link::{
    Failure, FailureKind, LinkBackend, LinkTokenGrant, Purpose, Submitted, Success,
};

#[derive(Clone, Default)]
pub(crate) struct ScriptedBackend {
    requests: CallLog,
    users: Answers<String>,
    grants: Answers<LinkTokenGrant>,
    outcomes: Answers<Submitted>,
}

impl ScriptedBackend {
    /// Creates a backend with this user signed in.
    pub(crate) fn of(user: &str) -> Self {
        let backend = Self::default();
        backend.signs_in(user);
        backend
    }

    pub(crate) fn signs_in(&self, user: &str) {
        self.users.give(Ok(user.to_owned()));
    }

    pub(crate) fn answers_signed_out(&self) {
        self.users.give(Err(failure(FailureKind::SignedOut)));
    }

    pub(crate) fn is_unreachable(&self) {
        self.users
            .give(Err(failure(FailureKind::BackendUnreachable)));
    }

    /// Grants a token for four hours.
    pub(crate) fn grants(&self, link_token: &str) {
        self.grants_for(link_token, 14_400);
    }

    pub(crate) fn grants_for(&self, link_token: &str, lifetime_seconds: u32) {
        self.grants.give(Ok(LinkTokenGrant {
            link_token: link_token.into(),
            lifetime_seconds,
        }));
    }

    pub(crate) fn refuses_token(&self, kind: FailureKind) {
        self.grants.give(Err(failure(kind)));
    }

    pub(crate) fn acknowledges(&self, submitted: Submitted) {
        self.outcomes.give(Ok(submitted));
    }

    pub(crate) fn fails_submission(&self, kind: FailureKind) {
        self.outcomes.give(Err(failure(kind)));
    }

    /// Returns the number of its clones.
    pub(crate) fn holders(&self) -> usize {
        self.requests.holders()
    }

    /// Takes the requests since the last read.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.read()
    }
}

impl LinkBackend for ScriptedBackend {
    async fn user(&self) -> Result<String, Failure> {
        self.users.next().await
    }

    async fn create_link_token(&self, purpose: Purpose) -> Result<LinkTokenGrant, Failure> {
        self.requests.write(match purpose {
            Purpose::NewItem => "token".to_owned(),
            Purpose::Update { item_id, .. } => format!("token to repair {}", item_id.as_str()),
        });
        self.grants.next().await
    }

    async fn submit(&self, success: Success) -> Result<Submitted, Failure> {
        let token = success.public_token.expect("a token");
        self.requests.write(format!("submit {}", token.as_str()));
        self.outcomes.next().await
    }
}

fn failure(kind: FailureKind) -> Failure {
    Failure {
        display_message: Some("Plaid's own message.".to_owned()),
        request_id: Some("request-1".to_owned()),
        ..Failure::new(kind, "a scripted failure")
    }
}

/// The answers to one kind of request, in order. A request waits for its answer.
#[derive(Clone)]
struct Answers<T>(Rc<RefCell<Waiting<T>>>);

struct Waiting<T> {
    answers: VecDeque<Result<T, Failure>>,
    wakers: Vec<Waker>,
}

impl<T> Default for Answers<T> {
    fn default() -> Self {
        Self(Rc::new(RefCell::new(Waiting {
            answers: VecDeque::new(),
            wakers: Vec::new(),
        })))
    }
}

impl<T> Answers<T> {
    fn give(&self, answer: Result<T, Failure>) {
        self.0.borrow_mut().answers.push_back(answer);
        let wakers = std::mem::take(&mut self.0.borrow_mut().wakers);
        wakers.into_iter().for_each(Waker::wake);
    }

    async fn next(&self) -> Result<T, Failure> {
        poll_fn(|context| {
            let mut waiting = self.0.borrow_mut();
            match waiting.answers.pop_front() {
                Some(answer) => Poll::Ready(answer),
                None => {
                    waiting.wakers.push(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }
}
