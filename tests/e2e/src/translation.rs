//! A translation of the page by the browser.

use crate::Browser;

impl Browser {
    /// Translates the page and its later changes, as Chrome does: each text node is replaced by an element with a new text node.
    /// The words stay the same.
    pub async fn translate(&self) {
        self.run(
            "const translate = (root) => {
                const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
                const texts = [];
                while (walker.nextNode()) texts.push(walker.currentNode);
                for (const text of texts) {
                    if (!text.data.trim() || text.parentNode.closest('font, script, style')) continue;
                    const [outer, inner] = [document.createElement('font'), document.createElement('font')];
                    inner.append(text.data);
                    outer.append(inner);
                    text.replaceWith(outer);
                }
            };
            new MutationObserver(() => translate(document.body))
                .observe(document.body, { subtree: true, childList: true, characterData: true });
            translate(document.body);",
        )
        .await;
    }
}
