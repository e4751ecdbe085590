//! Plaid's OpenAPI specification, converted to JSON Schema.

use std::{
    collections::HashMap,
    env, fs,
    path::PathBuf,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

const REFERENCE: &str = "#/components/schemas/";

/// The specification.
pub(crate) struct Spec {
    document: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

static SPEC: LazyLock<Option<Spec>> = LazyLock::new(|| {
    let beside =
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/plaid/openapi.yml");
    let text = match env::var("PLAID_OPENAPI") {
        Ok(path) => fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("PLAID_OPENAPI {path}: {error}")),
        Err(_) => fs::read_to_string(beside()).ok()?,
    };
    Some(Spec {
        document: serde_yaml_ng::from_str(&text).expect("YAML"),
        validators: Mutex::default(),
    })
});

impl Spec {
    /// Returns the specification, if it is available.
    pub(crate) fn load() -> Option<&'static Self> {
        SPEC.as_ref()
    }

    /// Fails the test unless the request body is as specified.
    #[track_caller]
    pub(crate) fn check_request(&self, path: &str, body: &Value) {
        self.check(path, "/requestBody", body);
    }

    /// Fails the test unless the response body is as specified.
    #[track_caller]
    pub(crate) fn check_response(&self, path: &str, status: u16, body: &Value) {
        if status == 200 {
            self.check(path, "/responses/200", body);
        } else {
            self.check("/item/get", "/responses/default", body);
        }
    }

    #[track_caller]
    fn check(&self, path: &str, part: &str, body: &Value) {
        let pointer = format!("/post{part}/content/application~1json/schema");
        let schema = self.document["paths"][path]
            .pointer(&pointer)
            .unwrap_or_else(|| panic!("{path} {part} is not in the specification"));
        self.validate(&format!("{path} {part}"), schema, body);
    }

    /// Fails the test unless the webhook is as specified.
    #[track_caller]
    pub(crate) fn check_webhook(&self, body: &Value) {
        let name = match body["webhook_code"].as_str().unwrap_or_default() {
            "ERROR" => "ItemErrorWebhook",
            "LOGIN_REPAIRED" => "ItemLoginRepairedWebhook",
            "NEW_ACCOUNTS_AVAILABLE" => "NewAccountsAvailableWebhook",
            "PENDING_DISCONNECT" => "PendingDisconnectWebhook",
            "PENDING_EXPIRATION" => "PendingExpirationWebhook",
            "RECURRING_TRANSACTIONS_UPDATE" => "RecurringTransactionsUpdateWebhook",
            "DEFAULT_UPDATE" => "DefaultUpdateWebhook",
            "SYNC_UPDATES_AVAILABLE" => "SyncUpdatesAvailableWebhook",
            "USER_ACCOUNT_REVOKED" => "UserAccountRevokedWebhook",
            "USER_PERMISSION_REVOKED" => "UserPermissionRevokedWebhook",
            "WEBHOOK_UPDATE_ACKNOWLEDGED" => "WebhookUpdateAcknowledgedWebhook",
            "SESSION_FINISHED" => "LinkSessionFinishedWebhook",
            "ITEM_ADD_RESULT" => "ItemAddResultWebhook",
            "EVENTS" => "LinkEventsWebhook",
            code => panic!("{code} is not in the specification"),
        };
        self.validate(name, &json!({ "$ref": format!("{REFERENCE}{name}") }), body);
    }

    /// Validates the body against a schema, which is cached by this name.
    #[track_caller]
    fn validate(&self, name: &str, schema: &Value, body: &Value) {
        let validator = {
            let mut validators = self
                .validators
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let validator = validators.entry(name.to_owned()).or_insert_with(|| {
                let mut definitions = Map::new();
                // JSON Schema ignores the siblings of `$ref`, so the reference is nested.
                let mut root = json!({ "allOf": [self.converted(schema, &mut definitions)] });
                root["definitions"] = Value::Object(definitions);
                Arc::new(jsonschema::draft7::new(&root).expect("a schema"))
            });
            Arc::clone(validator)
        };
        let errors: Vec<String> = validator
            .iter_errors(body)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}\n{body:#}");
    }

    /// Converts OpenAPI 3.0 to JSON Schema: `nullable` becomes `anyOf`, references become definitions.
    fn converted(&self, schema: &Value, definitions: &mut Map<String, Value>) -> Value {
        if let Some(name) = schema["$ref"]
            .as_str()
            .and_then(|reference| reference.strip_prefix(REFERENCE))
        {
            if !definitions.contains_key(name) {
                definitions.insert(name.to_owned(), Value::Null);
                let named =
                    self.converted(&self.document["components"]["schemas"][name], definitions);
                definitions.insert(name.to_owned(), named);
            }
            return json!({ "$ref": format!("#/definitions/{name}") });
        }
        let mut kept = Map::new();
        for (key, value) in schema.as_object().into_iter().flatten() {
            let value = match key.as_str() {
                "properties" => value
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(name, schema)| (name.clone(), self.converted(schema, definitions)))
                    .collect(),
                "items" => self.converted(value, definitions),
                "additionalProperties" if value.is_object() => self.converted(value, definitions),
                "allOf" | "anyOf" | "oneOf" => value
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|schema| self.converted(schema, definitions))
                    .collect(),
                "type"
                | "enum"
                | "required"
                | "format"
                | "pattern"
                | "additionalProperties"
                | "minimum"
                | "maximum"
                | "minLength"
                | "maxLength"
                | "minItems"
                | "maxItems" => value.clone(),
                _ => continue,
            };
            kept.insert(key.clone(), value);
        }
        if schema["nullable"] == true {
            json!({ "anyOf": [{ "type": "null" }, kept] })
        } else {
            Value::Object(kept)
        }
    }
}
