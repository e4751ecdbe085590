use e2e::{Browser, Role, story, story_with};
use serde_json::json;

/// What Link calls things.
struct Words {
    language: &'static str,
    skip_phone: &'static str,
    search: &'static str,
    username: &'static str,
    password: &'static str,
    submit: &'static str,
    go_on: &'static str,
    finish: &'static str,
}

const LANGUAGES: [Words; 2] = [
    Words {
        language: "es",
        skip_phone: "Continuar sin número de teléfono",
        search: "Busca tu banco",
        username: "Usuario",
        password: "Contraseña",
        submit: "Enviar",
        go_on: "Continuar",
        finish: "Terminar",
    },
    Words {
        language: "fr",
        skip_phone: "Continuer sans numéro de téléphone",
        search: "Rechercher votre banque",
        username: "Identifiant",
        password: "Mot de passe",
        submit: "Envoyer",
        go_on: "Continuer",
        finish: "Terminer",
    },
];

async fn connects_in(page: &Browser, words: &Words, bank: &str) {
    page.open("/").await;
    page.button("Connect a bank account").click().await;
    let link = page.enter_link().await;
    link.button(words.skip_phone).click().await;
    link.locate(Role::Searchbox, words.search).fill(bank).await;
    link.button(bank).click().await;
    link.locate(Role::Textbox, words.username)
        .fill("user_good")
        .await;
    link.locate(Role::Textbox, words.password)
        .fill("pass_good")
        .await;
    link.button(words.submit).click().await;
    link.locate(Role::Checkbox, "Plaid Checking 0000")
        .tick()
        .await;
    link.button(words.go_on).click().await;
    link.button(words.finish).click().await;
    link.leave().await;
    page.region(bank).says("Plaid Checking").await;
}

/// Link speaks the language that the backend is set to.
#[tokio::test(flavor = "multi_thread")]
async fn speaks_other_languages() {
    for words in &LANGUAGES {
        let language = format!("--language={}", words.language);
        story_with(&[&language], async |world| {
            connects_in(&world.browser, words, "Tartan Bank").await;
        })
        .await;
    }
}

/// A page that knows its user's language says it, whatever the backend is set to.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_speaks_another_language() {
    story(async |world| {
        let page = &world.browser;
        for (words, bank) in LANGUAGES.iter().zip(["Tartan Bank", "Houndstooth Bank"]) {
            page.wishes(&json!({ "language": words.language })).await;
            connects_in(page, words, bank).await;
        }
    })
    .await;
}

/// A page that knows its user's country has the banks of that country offered, and no others.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_for_another_country() {
    const BANK: &str = "Royal Bank of Plaid (UK)";
    story(async |world| {
        let page = &world.browser;
        page.wishes(&json!({ "country_codes": ["GB"] })).await;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.button("Continue without phone number").click().await;
        link.button(BANK).appears().await;
        assert!(!link.button("First Platypus Bank").is_there().await);
        link.button(BANK).click().await;
        link.button("Continue").click().await;
        page.enter_bank_window().await.answer("Allow").await;
        link.finish().await;
        page.region(BANK).says("Plaid Checking").await;
    })
    .await;
}
