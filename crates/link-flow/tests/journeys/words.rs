//! Effects and stages as short text.

use link_flow::{Effect, Purpose, Stage, Success};
use plaid_types::PublicToken;

use crate::events::RETURN;

pub(crate) fn effect_in_words(effect: &Effect) -> String {
    match effect {
        Effect::FetchToken { attempt, purpose } => format!("fetch {}{}", attempt.0, of(purpose)),
        Effect::CreateHandler {
            attempt,
            link_token,
            received_redirect_uri,
            ..
        } => {
            let resumed = received_redirect_uri.as_deref().map_or("", |uri| {
                assert_eq!(uri, RETURN);
                " resumed"
            });
            format!("create {} {}{resumed}", attempt.0, link_token.as_str())
        }
        Effect::OpenHandler { attempt } => format!("open {}", attempt.0),
        Effect::ExitHandler { force: false } => "exit".to_owned(),
        Effect::ExitHandler { force: true } => "exit at once".to_owned(),
        Effect::DestroyHandler => "destroy".to_owned(),
        Effect::ExpireAt { attempt, at } => format!("expire {} at {at}", attempt.0),
        Effect::KeepResume { link_token, .. } => format!("keep {}", link_token.as_str()),
        Effect::ForgetResume { link_token } => format!("forget {}", link_token.as_str()),
        Effect::ReadResume => "read".to_owned(),
        Effect::KeepSuccess(success) => format!("keep {}", name(success)),
        Effect::Submit { id, success } => format!("submit {} {}", id.0, name(success)),
        Effect::ResendAfter { id, delay } => format!("resend {} in {delay}", id.0),
        Effect::ForgetSuccess(success) => format!("forget {}", name(success)),
    }
}

pub(crate) fn stage_in_words(stage: &Stage) -> String {
    match stage {
        Stage::Idle => "idle".to_owned(),
        Stage::Preparing {
            open_when_ready: false,
        } => "preparing".to_owned(),
        Stage::Preparing {
            open_when_ready: true,
        } => "opening".to_owned(),
        Stage::Ready => "ready".to_owned(),
        Stage::Open => "open".to_owned(),
        Stage::Submitting => "submitting".to_owned(),
        Stage::Unsent(failure) => format!("unsent: {:?}", failure.kind),
        Stage::Failed(failure) => format!("failed: {:?}", failure.kind),
    }
}

fn of(purpose: &Purpose) -> String {
    match purpose {
        Purpose::NewItem => String::new(),
        Purpose::Update { item_id, .. } => format!(" for {item_id}"),
    }
}

fn name(success: &Success) -> &str {
    success
        .public_token
        .as_ref()
        .map_or("repair", PublicToken::as_str)
}
