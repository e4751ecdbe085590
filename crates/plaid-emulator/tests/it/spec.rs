//! Plaid's OpenAPI specification as JSON Schema, for the endpoints that are asked about.

use std::{
    collections::HashMap,
    env, fs,
    path::PathBuf,
    sync::{Arc, LazyLock, Mutex},
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
    let path = env::var_os("PLAID_OPENAPI").map_or_else(beside, PathBuf::from);
    let text = fs::read_to_string(path).ok()?;
    Some(Spec {
        document: serde_yaml_ng::from_str(&text).expect("YAML"),
        validators: Mutex::default(),
    })
});

impl Spec {
    /// The specification, unless it is not at hand.
    pub(crate) fn load() -> Option<&'static Self> {
        SPEC.as_ref()
    }

    /// Fails the test unless the endpoint takes this body.
    #[track_caller]
    pub(crate) fn check_request(&self, path: &str, body: &Value) {
        self.check(path, "/requestBody", body);
    }

    /// Fails the test unless the endpoint answers this body with this status.
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
        let validator = self.validator(path, part);
        let errors: Vec<String> = validator
            .iter_errors(body)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{path} {part}: {errors:#?}\n{body:#}");
    }

    fn validator(&self, path: &str, part: &str) -> Arc<Validator> {
        let mut validators = self.validators.lock().expect("no test failed in here");
        let validator = validators
            .entry(format!("{path} {part}"))
            .or_insert_with(|| {
                let pointer = format!("/post{part}/content/application~1json/schema");
                let schema = self.document["paths"][path]
                    .pointer(&pointer)
                    .unwrap_or_else(|| panic!("{path} {part} is not in the specification"));
                let mut definitions = Map::new();
                let mut root = self.converted(schema, &mut definitions);
                root["definitions"] = Value::Object(definitions);
                Arc::new(jsonschema::draft7::new(&root).expect("a schema"))
            });
        Arc::clone(validator)
    }

    /// OpenAPI 3.0 to JSON Schema: `nullable` becomes a choice, a reference brings along what it names.
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
