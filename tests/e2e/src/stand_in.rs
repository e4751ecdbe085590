use serde_json::{Value, json};

use crate::Browser;

impl Browser {
    /// Lets JavaScript answer the page's requests for this path and those below it in place of the backend, from the
    /// next page on: the body of an `async (request, ask, expire)`, where `ask(request)` asks the backend after all, and
    /// `expire()` lets the deadline of this request come.
    pub async fn stand_in(&self, path: &str, answer: &str) {
        let script = format!(
            "(() => {{
                let deadline;
                AbortSignal.timeout = (milliseconds) => {{
                    const controller = new AbortController();
                    deadline = () => controller.abort(new DOMException('too late', 'TimeoutError'));
                    setTimeout(deadline, milliseconds);
                    return controller.signal;
                }};
                const ask = window.fetch.bind(window);
                const answer = async (request, ask, expire) => {{ {answer} }};
                window.standIn = true;
                window.fetch = (...call) => {{
                    const request = new Request(...call);
                    const is_meant = window.standIn && new URL(request.url).pathname.startsWith({});
                    // The last deadline that was set is that of the request that is sent.
                    return is_meant ? answer(request, ask, deadline) : ask(request);
                }};
            }})()",
            json!(path)
        );
        let added = self
            .command(
                "Page.addScriptToEvaluateOnNewDocument",
                json!({ "source": script }),
            )
            .await;
        let former = self
            .stand_in
            .lock()
            .expect("nobody panicked")
            .replace(added["identifier"].clone());
        if let Some(identifier) = former {
            let former = json!({ "identifier": identifier });
            self.command("Page.removeScriptToEvaluateOnNewDocument", former)
                .await;
        }
    }

    /// Lets the page wish this of each Link token that it asks for, from the next page on, as a host of its own would: ours
    /// leaves all to the backend.
    pub async fn wishes(&self, wish: &Value) {
        let answer = format!(
            "const body = JSON.stringify({{ ...await request.clone().json(), ...{wish} }});
            return ask(new Request(request, {{ body }}))"
        );
        self.stand_in("/api/link/tokens", &answer).await;
    }

    /// Lets the backend answer again, in the page that is open.
    pub async fn step_aside(&self) {
        self.run("window.standIn = false").await;
    }
}
