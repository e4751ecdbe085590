//! The JSON of Items, transactions and institutions.

use serde_json::{Map, Value, json};

use super::endpoint::Body;
use crate::{
    clock::iso,
    seed::{Health, SandboxInstitution},
    world::{Item, Transaction, World},
};

/// Returns the JSON of an Item.
pub(super) fn item(world: &World, item: &Item) -> Value {
    let institution = world.institutions().by_id(item.institution_id.as_str());
    let available: Vec<_> = institution
        .map(|institution| institution.products)
        .unwrap_or_default()
        .iter()
        .filter(|product| !item.products.iter().any(|used| used == *product))
        .collect();
    let mut shown = json!({
        "item_id": item.id,
        "institution_id": item.institution_id,
        "institution_name": institution.map(|institution| institution.name),
        "webhook": item.webhook,
        "error": item.error,
        "available_products": available,
        "billed_products": item.products,
        "products": item.products,
        "consented_products": item.products,
        "consent_expiration_time": item.consent_expires_at().map(iso),
        "update_type": "background",
    });
    if item.products.iter().any(|product| product == "auth") {
        shown["auth_method"] = "INSTANT_AUTH".into();
    }
    shown
}

/// Returns the JSON of a transaction.
pub(super) fn transaction(transaction: &Transaction) -> Value {
    let details = &transaction.details;
    let category = details.category.map(|(primary, detailed)| {
        json!({ "primary": primary, "detailed": detailed, "confidence_level": "HIGH" })
    });
    let date = if transaction.pending {
        details.authorized
    } else {
        details.date
    };
    json!({
        "transaction_id": transaction.id,
        "account_id": transaction.account_id,
        "amount": details.amount,
        "iso_currency_code": details.currency,
        "unofficial_currency_code": null,
        "date": date.to_string(),
        "datetime": null,
        "authorized_date": details.authorized.to_string(),
        "authorized_datetime": null,
        "name": details.name,
        "merchant_name": details.merchant,
        "pending": transaction.pending,
        "pending_transaction_id": transaction.pending_id,
        "account_owner": null,
        "payment_channel": details.channel,
        "transaction_code": null,
        "location": {
            "address": null, "city": null, "region": null, "postal_code": null,
            "country": null, "lat": null, "lon": null, "store_number": null,
        },
        "payment_meta": {
            "reference_number": null, "ppd_id": null, "payee": null, "by_order_of": null,
            "payer": null, "payment_method": null, "payment_processor": null, "reason": null,
        },
        "personal_finance_category": category,
    })
}

/// Returns the JSON of an institution, with the fields that `options` select.
pub(super) fn institution(institution: &SandboxInstitution, options: &Body) -> Value {
    let is_selected = |name: &str| options.flag(name) == Some(true);
    let mut shown = json!({
        "institution_id": institution.id,
        "name": institution.name,
        "products": institution.products,
        "country_codes": institution.country_codes,
        "routing_numbers": institution.routing_numbers,
        "dtc_numbers": [],
        "oauth": institution.oauth,
    });
    if is_selected("include_optional_metadata") {
        shown["url"] = institution.url.into();
        shown["primary_color"] = institution.primary_color.into();
        shown["logo"] = Value::Null;
    }
    if is_selected("include_status") {
        shown["status"] = status(institution);
    }
    if is_selected("include_auth_metadata") {
        let auth = institution.products.contains(&"auth");
        shown["auth_metadata"] = json!({ "supported_methods": {
            "instant_auth": auth,
            "instant_match": auth && !institution.oauth,
            "automated_micro_deposits": false,
            "instant_micro_deposits": false,
        }});
    }
    if is_selected("include_payment_initiation_metadata") {
        shown["payment_initiation_metadata"] = Value::Null;
    }
    shown
}

/// Returns the status of an institution, which is the same for all of its products.
fn status(institution: &SandboxInstitution) -> Value {
    let (success, failed) = match institution.health {
        Health::Healthy => (0.98, 0.02),
        Health::Degraded => (0.55, 0.45),
        Health::Down | Health::NoLongerSupported => (0.0, 1.0),
    };
    let health = |interval: Option<&str>| {
        let mut breakdown = json!({
            "success": success,
            "error_plaid": 0.0,
            "error_institution": failed,
        });
        if let Some(interval) = interval {
            breakdown["refresh_interval"] = interval.into();
        }
        json!({
            "status": institution.health.status(),
            "last_status_change": "2026-01-05T09:30:00Z",
            "breakdown": breakdown,
        })
    };
    let refresh = if institution.health == Health::Healthy {
        "NORMAL"
    } else {
        "DELAYED"
    };
    let mut shown = Map::new();
    shown.insert("item_logins".to_owned(), health(None));
    for (product, updates) in [
        ("transactions", true),
        ("auth", false),
        ("identity", false),
        ("investments", true),
        ("liabilities", true),
    ] {
        if institution.products.contains(&product) {
            if updates {
                shown.insert(format!("{product}_updates"), health(Some(refresh)));
            }
            if product != "transactions" {
                shown.insert(product.to_owned(), health(None));
            }
        }
    }
    Value::Object(shown)
}
