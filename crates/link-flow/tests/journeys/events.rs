//! Events with short names.

use link_flow::{
    Attempt, Event, Exit, Failure, FailureKind, Purpose, ResumeRecord, Submitted, Success,
    SuccessId,
};
use plaid_types::PublicToken;
use plaid_types::json::Object;
use plaid_types::link::SuccessMetadata;

/// The lifetime of a Link token: four hours, without the last two minutes for opening.
const LIFETIME: u64 = 14_400_000;

/// The redirect URI with its query.
pub(crate) const RETURN: &str = "https://app.example.com/oauth?oauth_state_id=1";

pub(crate) fn repair() -> Purpose {
    Purpose::Update {
        item_id: "item-1".into(),
        account_selection: false,
    }
}

pub(crate) fn open_for(purpose: Purpose) -> Event {
    Event::OpenFor {
        purpose,
        now: 100_000,
    }
}

pub(crate) fn open() -> Event {
    Event::Open { now: 0 }
}

pub(crate) fn granted(attempt: u32, link_token: &str) -> Event {
    granted_for(attempt, link_token, LIFETIME)
}

pub(crate) fn granted_for(attempt: u32, link_token: &str, lifetime: u64) -> Event {
    Event::TokenGranted {
        attempt: Attempt(attempt),
        link_token: link_token.into(),
        lifetime,
        now: 0,
    }
}

pub(crate) fn refused(attempt: u32, kind: FailureKind) -> Event {
    Event::TokenRefused {
        attempt: Attempt(attempt),
        failure: Failure::new(kind, "no"),
    }
}

pub(crate) fn expired(attempt: u32) -> Event {
    Event::TokenExpired {
        attempt: Attempt(attempt),
    }
}

pub(crate) fn created(attempt: u32) -> Event {
    Event::HandlerCreated {
        attempt: Attempt(attempt),
    }
}

pub(crate) fn handler_failed(attempt: u32, kind: FailureKind) -> Event {
    Event::HandlerFailed {
        attempt: Attempt(attempt),
        failure: Failure::new(kind, "no"),
    }
}

pub(crate) fn success(purpose: Purpose, public_token: Option<&str>) -> Success {
    Success {
        purpose,
        public_token: public_token.map(PublicToken::from),
        metadata: SuccessMetadata {
            link_session_id: Some("session-1".into()),
            ..SuccessMetadata::default()
        }
        .into(),
        succeeded_at: 1,
    }
}

pub(crate) fn succeeded(attempt: u32, public_token: &str) -> Event {
    Event::Succeeded {
        attempt: Attempt(attempt),
        success: success(Purpose::NewItem, Some(public_token)),
    }
}

pub(crate) fn left(attempt: u32, error_code: Option<&str>) -> Event {
    Event::Exited {
        attempt: Attempt(attempt),
        exit: Exit {
            error: error_code
                .map(|code| Object::from_iter([("error_code".to_owned(), code.into())])),
            ..Exit::default()
        },
    }
}

pub(crate) fn acknowledged(success: u32, submitted: Submitted) -> Event {
    Event::Acknowledged {
        success: SuccessId(success),
        submitted,
    }
}

pub(crate) fn linked(success: u32) -> Event {
    acknowledged(success, Submitted::Linked("item-1".into()))
}

pub(crate) fn submit_failed(success: u32, kind: FailureKind) -> Event {
    Event::SubmitFailed {
        success: SuccessId(success),
        failure: Failure::new(kind, "no"),
    }
}

pub(crate) fn resend_due(success: u32) -> Event {
    resend_due_at(success, 0)
}

pub(crate) fn resend_due_at(success: u32, now: u64) -> Event {
    Event::ResendDue {
        success: SuccessId(success),
        now,
    }
}

pub(crate) fn retry() -> Event {
    Event::Retry { now: 0 }
}

pub(crate) fn online() -> Event {
    Event::Online { now: 0 }
}

pub(crate) fn resumed(purpose: Purpose) -> Event {
    Event::Resumed {
        record: ResumeRecord::new("user-1".to_owned(), "link-kept".into(), LIFETIME, purpose),
        redirect_uri: RETURN.to_owned(),
    }
}
