//! Tests of institutions: lists, search, details.

use serde_json::{Value, json};

use crate::client::{Plaid, text};

fn names(body: &Value) -> Vec<String> {
    let institutions = body["institutions"].as_array().expect("institutions");
    institutions
        .iter()
        .map(|institution| text(&institution["name"]))
        .collect()
}

#[tokio::test]
async fn institutions_come_in_pages() {
    let plaid = Plaid::start().await;
    let page = |count: u64, offset: u64| json!({ "count": count, "offset": offset, "country_codes": ["US"] });
    let all = plaid.call("/institutions/get", page(500, 0)).await.ok();
    assert_eq!(all["total"], names(&all).len());
    let second = plaid.call("/institutions/get", page(2, 2)).await.ok();
    assert_eq!(second["total"], all["total"]);
    assert_eq!(names(&second), names(&all)[2..4]);
    let beyond = plaid.call("/institutions/get", page(2, 1000)).await.ok();
    assert_eq!(beyond["institutions"], json!([]));
    for (body, code) in [
        (page(0, 0), "INVALID_FIELD"),
        (page(501, 0), "INVALID_FIELD"),
    ] {
        assert_eq!(plaid.call("/institutions/get", body).await.fails(400), code);
    }
}

#[tokio::test]
async fn institutions_are_filtered() {
    let plaid = Plaid::start().await;
    let rows = [
        (
            json!({ "country_codes": ["CA"] }),
            vec!["Tartan-Dominion Bank of Canada"],
        ),
        (
            json!({ "country_codes": ["US"], "options": { "routing_numbers": ["011000138"] } }),
            vec!["Houndstooth Bank"],
        ),
        (
            json!({ "country_codes": ["GB"], "options": { "products": ["payment_initiation"], "oauth": true } }),
            vec![
                "Flexible Platypus Open Banking (UK)",
                "Royal Bank of Plaid (UK)",
                "Flexible Platypus Open Banking",
            ],
        ),
        (
            json!({ "country_codes": ["GB"], "options": { "oauth": false } }),
            vec![],
        ),
    ];
    for (mut body, expected) in rows {
        body["count"] = 10.into();
        body["offset"] = 0.into();
        let got = plaid.call("/institutions/get", body.clone()).await.ok();
        assert_eq!(names(&got), expected, "{body}");
    }
}

#[tokio::test]
async fn a_search_matches_words_in_any_case() {
    let plaid = Plaid::start().await;
    let rows = [
        (
            "PLATYPUS oauth",
            "US",
            vec!["Platypus OAuth Bank", "First Platypus OAuth App2App Bank"],
        ),
        ("gingham", "US", vec!["First Gingham Credit Union"]),
        ("gingham", "GB", vec![]),
        ("nothing like it", "US", vec![]),
    ];
    for (query, country, expected) in rows {
        let body = json!({ "query": query, "country_codes": [country] });
        let got = plaid.call("/institutions/search", body).await.ok();
        assert_eq!(names(&got), expected, "{query}");
    }
    let body = json!({ "query": "a", "country_codes": ["US", "GB", "CA"] });
    let got = plaid.call("/institutions/search", body).await.ok();
    assert_eq!(names(&got).len(), 10);
}

#[tokio::test]
async fn an_institution_has_the_requested_details() {
    let plaid = Plaid::start().await;
    let ask = |id: &str, country: &str, options: Value| {
        let body = json!({ "institution_id": id, "country_codes": [country], "options": options });
        plaid.call("/institutions/get_by_id", body)
    };
    let plain = ask("ins_109512", "US", json!({})).await.ok();
    assert_eq!(
        plain["institution"]["routing_numbers"],
        json!(["011000138", "011200365", "011400495"])
    );
    assert_eq!(plain["institution"].get("primary_color"), None);
    assert_eq!(plain["institution"].get("status"), None);
    let all = ask(
        "ins_109512",
        "US",
        json!({ "include_optional_metadata": true }),
    )
    .await
    .ok();
    assert_eq!(all["institution"]["primary_color"], "#004966");
    for (id, health) in [
        ("ins_109508", "HEALTHY"),
        ("ins_132363", "DEGRADED"),
        ("ins_132361", "DOWN"),
    ] {
        let got = ask(id, "US", json!({ "include_status": true })).await.ok();
        assert_eq!(
            got["institution"]["status"]["item_logins"]["status"], health,
            "{id}"
        );
    }
    assert_eq!(
        ask("ins_0", "US", json!({})).await.fails(400),
        "INVALID_INSTITUTION"
    );
    assert_eq!(
        ask("ins_109508", "GB", json!({})).await.fails(400),
        "INVALID_INSTITUTION"
    );
}
