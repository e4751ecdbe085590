//! The language and the country of Link, by the backend and by the page.

use e2e::{Browser, Role, story, story_with};
use serde_json::json;

/// The labels of Link in a language.
struct Labels {
    language: &'static str,
    skip_phone: &'static str,
    search: &'static str,
    username: &'static str,
    password: &'static str,
    submit: &'static str,
    proceed: &'static str,
    finish: &'static str,
}

const LANGUAGES: [Labels; 2] = [
    Labels {
        language: "es",
        skip_phone: "Continuar sin número de teléfono",
        search: "Busca tu banco",
        username: "Usuario",
        password: "Contraseña",
        submit: "Enviar",
        proceed: "Continuar",
        finish: "Terminar",
    },
    Labels {
        language: "fr",
        skip_phone: "Continuer sans numéro de téléphone",
        search: "Rechercher votre banque",
        username: "Identifiant",
        password: "Mot de passe",
        submit: "Envoyer",
        proceed: "Continuer",
        finish: "Terminer",
    },
];

async fn connects_in(page: &Browser, labels: &Labels, bank: &str) {
    page.open("/").await;
    page.button("Connect a bank account").click().await;
    let link = page.enter_link().await;
    link.button(labels.skip_phone).click().await;
    link.locate(Role::Searchbox, labels.search).fill(bank).await;
    link.button(bank).click().await;
    link.locate(Role::Textbox, labels.username)
        .fill("user_good")
        .await;
    link.locate(Role::Textbox, labels.password)
        .fill("pass_good")
        .await;
    link.button(labels.submit).click().await;
    link.locate(Role::Checkbox, "Plaid Checking 0000")
        .tick()
        .await;
    link.button(labels.proceed).click().await;
    link.button(labels.finish).click().await;
    link.leave().await;
    page.region(bank).says("Plaid Checking").await;
}

/// Link has the language that the backend is set to.
#[tokio::test(flavor = "multi_thread")]
async fn link_in_other_languages() {
    for labels in &LANGUAGES {
        let language = format!("--language={}", labels.language);
        story_with(&[&language], async |world| {
            connects_in(&world.browser, labels, "Tartan Bank").await;
        })
        .await;
    }
}

/// The page's language has precedence over the backend's.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_requests_another_language() {
    story(async |world| {
        let page = &world.browser;
        for (labels, bank) in LANGUAGES.iter().zip(["Tartan Bank", "Houndstooth Bank"]) {
            page.override_link_options(&json!({ "language": labels.language }))
                .await;
            connects_in(page, labels, bank).await;
        }
    })
    .await;
}

/// Link lists only the banks of the country that the page requests.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_requests_another_country() {
    const BANK: &str = "Royal Bank of Plaid (UK)";
    story(async |world| {
        let page = &world.browser;
        page.override_link_options(&json!({ "country_codes": ["GB"] }))
            .await;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.button("Continue without phone number").click().await;
        link.button(BANK).appears().await;
        assert!(!link.button("First Platypus Bank").is_visible().await);
        link.button(BANK).click().await;
        link.button("Continue").click().await;
        page.enter_bank_window().await.answer("Allow").await;
        link.finish().await;
        page.region(BANK).says("Plaid Checking").await;
    })
    .await;
}
