//! What the host hears of: webhooks about Items and about visits to Link.

use plaid_types::PlaidError;
use serde_json::{Value, json};

use super::{Item, LinkSession, SessionEnd, World};

impl World {
    /// Sends a webhook about an Item, if it has a URL for them.
    pub(super) fn tell(&self, item: &mut Item, kind: &str, code: &str, more: Value) {
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

    /// The Item fails with this error from now on, and the host hears of it.
    pub(super) fn fail(&self, item: &mut Item, error: PlaidError) {
        let told = PlaidError {
            status: Some(400),
            ..error.clone()
        };
        let code = match error.error_code.as_str() {
            "USER_PERMISSION_REVOKED" => "USER_PERMISSION_REVOKED",
            _ => "ERROR",
        };
        item.error = Some(error);
        self.tell(item, "ITEM", code, json!({ "error": told }));
    }

    /// Sends what a visit to Link came to, if its token has a URL for that.
    pub(super) fn tell_of_visit(&self, url: &str, session: &LinkSession) {
        let (status, public_tokens) = match &session.end {
            Some(SessionEnd::Success { public_token, .. }) => ("SUCCESS", vec![public_token]),
            Some(SessionEnd::Exit { .. }) | None => ("EXITED", Vec::new()),
        };
        let events: Vec<Value> = session.events.iter().map(|event| event.shown()).collect();
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
