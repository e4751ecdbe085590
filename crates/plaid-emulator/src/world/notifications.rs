//! The webhooks about Items and Link sessions.

use plaid_types::PlaidError;
use serde_json::{Value, json};

use super::{
    item::Item,
    session::{LinkSession, SessionEnd, SessionEvent},
    state::World,
};

impl World {
    /// Sends a webhook about an Item, if it has a webhook URL.
    pub(super) fn send_webhook(&self, item: &mut Item, kind: &str, code: &str, more: Value) {
        let Some(url) = &item.webhook else {
            return;
        };
        let mut body = json!({
            "webhook_type": kind,
            "webhook_code": code,
            "item_id": item.id,
            "environment": "sandbox",
            "error": null,
        });
        if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
            body.extend(more);
        }
        self.webhooks.send(url, &body);
        item.last_webhook = Some((self.clock.now(), code.to_owned()));
    }

    /// Puts the Item into this error and sends the webhook about it.
    pub(super) fn fail(&self, item: &mut Item, error: PlaidError) {
        let reported = PlaidError {
            status: Some(400),
            ..error.clone()
        };
        let code = match error.error_code.as_str() {
            "USER_PERMISSION_REVOKED" => "USER_PERMISSION_REVOKED",
            _ => "ERROR",
        };
        item.error = Some(error);
        self.send_webhook(item, "ITEM", code, json!({ "error": reported }));
    }

    /// Sends the webhooks about a finished Link session.
    pub(super) fn send_session_webhooks(&self, url: &str, session: &LinkSession) {
        let (status, public_tokens) = match &session.end {
            Some(SessionEnd::Success { public_token, .. }) => ("SUCCESS", vec![public_token]),
            Some(SessionEnd::Exit { .. }) | None => ("EXITED", Vec::new()),
        };
        let events: Vec<Value> = session.events.iter().map(SessionEvent::to_json).collect();
        self.webhooks.send(
            url,
            &json!({
                "webhook_type": "LINK",
                "webhook_code": "EVENTS",
                "link_session_id": session.id,
                "link_token": session.link_token,
                "events": events,
                "environment": "sandbox",
            }),
        );
        for public_token in &public_tokens {
            self.webhooks.send(
                url,
                &json!({
                    "webhook_type": "LINK",
                    "webhook_code": "ITEM_ADD_RESULT",
                    "link_session_id": session.id,
                    "link_token": session.link_token,
                    "public_token": public_token,
                    "environment": "sandbox",
                }),
            );
        }
        let mut finished = json!({
            "webhook_type": "LINK",
            "webhook_code": "SESSION_FINISHED",
            "status": status,
            "link_session_id": session.id,
            "link_token": session.link_token,
            "public_tokens": public_tokens,
            "environment": "sandbox",
        });
        if let Some(public_token) = public_tokens.first() {
            finished["public_token"] = json!(public_token);
        }
        self.webhooks.send(url, &finished);
    }
}
