use e2e::{Role, story_with};

/// Link speaks the language that the backend is set to, and offers the banks of its countries.
#[tokio::test(flavor = "multi_thread")]
async fn speaks_other_languages() {
    for (language, skip, search, fields, submit) in [
        (
            "es",
            "Continuar sin número de teléfono",
            "Busca tu banco",
            ["Usuario", "Contraseña"],
            ["Enviar", "Continuar"],
        ),
        (
            "fr",
            "Continuer sans numéro de téléphone",
            "Rechercher votre banque",
            ["Identifiant", "Mot de passe"],
            ["Envoyer", "Continuer"],
        ),
    ] {
        let language = format!("--language={language}");
        story_with(&[&language], async |world| {
            let page = &world.browser;
            page.open("/").await;
            page.button("Connect a bank account").click().await;
            let link = page.enter_link().await;
            link.button(skip).click().await;
            link.locate(Role::Searchbox, search).fill("Tartan").await;
            link.button("Tartan Bank").click().await;
            link.locate(Role::Textbox, fields[0])
                .fill("user_good")
                .await;
            link.locate(Role::Textbox, fields[1])
                .fill("pass_good")
                .await;
            link.button(submit[0]).click().await;
            link.locate(Role::Checkbox, "Plaid Checking 0000")
                .tick()
                .await;
            link.button(submit[1]).click().await;
            link.button(if language.ends_with("es") {
                "Terminar"
            } else {
                "Terminer"
            })
            .click()
            .await;
            link.leave().await;
            page.region("Tartan Bank").says("Plaid Checking").await;
        })
        .await;
    }
}
