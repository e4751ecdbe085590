//! Markup in names from a bank.

use e2e::{Role, story};

/// Names with markup are shown as text, and run no script.
#[tokio::test(flavor = "multi_thread")]
async fn names_are_text() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        page.link_a_bank("First Platypus Bank").await;
        page.region("First Platypus Bank").appears().await;

        let bank = "<img src=x onerror='window.broken = true'>\"&amp;";
        let account = "<script>window.broken = true</script>";
        page.intercept(
            "/api/items",
            &format!(
                "const list = await (await ask(request)).json();
                 for (const item of list.items ?? [list]) {{
                     item.institution_name = {bank:?};
                     item.accounts[0].name = {account:?};
                 }}
                 return Response.json(list)"
            ),
        )
        .await;
        page.reload().await;
        let region = page.region(bank);
        region.says(account).await;
        region.button("Disconnect").click().await;
        page.locate(Role::Dialog, &format!("Disconnect {bank}?"))
            .appears()
            .await;
        assert_eq!(page.run("return window.broken === undefined").await, true);
    })
    .await;
}
