//! `/user/create`: a Plaid user, whose Items can be listed without their access tokens.

use serde_json::json;

use super::{
    endpoint::Endpoint,
    field::{Kind, optional, required},
};

pub(super) const ENDPOINT: Endpoint = Endpoint {
    path: "/user/create",
    fields: &[
        required("client_user_id", Kind::TextOfLength(1, 128)),
        optional("identity", Kind::AnyObject),
        optional("consumer_report_user_identity", Kind::AnyObject),
        optional("end_customer", Kind::TextOfLength(0, 128)),
        optional("with_upgraded_user", Kind::Flag),
    ],
    answer: |app, body| {
        let user_id = app.world.create_user(body.text("client_user_id"));
        Ok(json!({ "user_id": user_id }))
    },
};
