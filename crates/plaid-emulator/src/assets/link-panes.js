// The script in Link's iframe: sends each form to the server, shows the pane in the response, and forwards
// the pane's messages to the page. The server decides everything.
(() => {
  "use strict";

  const SESSIONS = "/link/v2/stable/sessions";
  const pageOrigin = new URLSearchParams(window.location.search).get("origin");
  const embedded = window.location.pathname.endsWith("/embedded.html");
  const unreachable = {
    events: [],
    exit: [
      {
        error_type: "API_ERROR",
        error_code: "INTERNAL_SERVER_ERROR",
        error_message: "an unexpected error occurred",
        display_message: null,
      },
      { institution: null, status: null, link_session_id: null, request_id: null },
    ],
  };
  let visit = 0;
  let pane = 0; // The number of the pane. A form of an earlier pane is ignored.
  let bankWindow = null;
  let timer = 0;
  let pressed = Promise.resolve(); // Resolves on release: replacing a pressed element would lose its click.
  let requests = Promise.resolve(); // Requests are sent one after the other.

  const commands = {
    open(message) {
      visit = message.visit;
      if (embedded) return send("/link/v2/stable/institutions", { token: message.token });
      return send(SESSIONS, {
        token: message.token,
        key: message.key,
        received_redirect_uri: message.receivedRedirectUri,
        institution_id: message.institutionId,
      });
    },
    exit({ force }) {
      const close = document.getElementById("close");
      if (close) return submit(close, force ? { force: "true" } : {});
    },
    submit(message) {
      const { token, phone_number, date_of_birth } = message;
      return send("/link/v2/stable/layer", { token, phone_number, date_of_birth }, "none");
    },
  };

  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || event.origin !== pageOrigin || !event.data) return;
    const command = event.data.plaidLink;
    if (Object.hasOwn(commands, command)) queue(() => commands[command](event.data));
  });

  document.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.target.dataset.bank) openBank(event.target.dataset);
    // Read the form now: the response to a search can replace it while the pane stays.
    const [from, submitted] = [pane, request(event.target, {}, event.submitter)];
    queue(() => from === pane && send(...submitted));
  });

  document.addEventListener("pointerdown", () => {
    pressed = new Promise((release) => {
      const after = () => window.setTimeout(release); // After the click.
      window.setTimeout(release, 1000); // A release outside, or in a menu, has no event.
      for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, after, { once: true });
    });
  });

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || !form.dataset.results) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => queue(() => submit(form)), 120);
  });

  document.addEventListener("click", (event) => {
    const tile = event.target.closest("[data-pick]");
    if (tile) notifyPage("pick", { institutionId: tile.dataset.pick });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const close = document.querySelector("[data-escape]");
      if (close) close.click();
    } else if (event.key === "Tab" && !embedded) {
      keepFocusInside(event);
    }
  });

  notifyPage("loaded");

  function queue(job) {
    requests = requests.then(job).catch((error) => window.reportError(error));
  }

  function notifyPage(type, body) {
    if (pageOrigin) window.parent.postMessage({ ...body, plaidLink: type }, pageOrigin);
  }

  function submit(form, more = {}) {
    if (form.isConnected) return send(...request(form, more));
  }

  function request(form, more, submitter = null) {
    return [form.getAttribute("action"), { ...Object.fromEntries(fields(form, submitter)), ...more }, form.dataset.results];
  }

  // A field with several values (the account checkboxes) is sent as one comma-separated value.
  function fields(form, submitter) {
    const data = new FormData(form, submitter);
    return Array.from(new Set(data.keys()), (name) => [name, data.getAll(name).join(",")]);
  }

  async function send(action, body, part) {
    const known = Object.entries(body).filter(([, value]) => value !== undefined && value !== null);
    document.body.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(action, { method: "POST", body: new URLSearchParams(known) });
      if (response.status === 204) return;
      if (!response.ok) throw new Error(`${action} answered ${response.status}`);
      const html = await response.text();
      if (part) await pressed;
      show(html, part);
    } catch (error) {
      showProblem(() => queue(() => send(action, body, part)));
      throw error;
    } finally {
      document.body.removeAttribute("aria-busy");
    }
  }

  // Shows the pane, or replaces only the named part of the present pane.
  function show(html, part) {
    const next = new DOMParser().parseFromString(html, "text/html");
    const messages = Array.from(next.querySelectorAll("[data-message]"), (element) => JSON.parse(element.dataset.message));
    if (part) {
      const [from, to] = [next.getElementById(part), document.getElementById(part)];
      if (from && to) to.replaceWith(from);
    } else {
      window.clearTimeout(timer);
      document.documentElement.lang = next.documentElement.lang;
      document.documentElement.dataset.appearance = next.documentElement.dataset.appearance || "";
      document.body.replaceChildren(...next.body.children);
      pane += 1;
      enterPane();
    }
    for (const { plaidLink, ...body } of messages) notifyPage(plaidLink, { ...body, visit });
  }

  function enterPane() {
    if (!embedded) (document.querySelector("[autofocus]") || document.querySelector("h1"))?.focus();
    const next = document.querySelector("form[data-after]");
    if (next) timer = window.setTimeout(() => queue(() => poll(next)), Number(next.dataset.after));
  }

  // A pane that waits sends its form repeatedly. It stays while the response is 204.
  async function poll(form) {
    const bank = bankWindow && bankWindow.closed ? "closed" : "open";
    await submit(form, form.hasAttribute("data-watches-bank") ? { bank } : {});
    if (form.isConnected) timer = window.setTimeout(() => queue(() => poll(form)), Number(form.dataset.after));
  }

  // Must run in the click, or the browser blocks the window. If it is blocked, the next pane has a link.
  function openBank({ bank, features }) {
    bankWindow = window.open(bank, "plaid-bank", features);
  }

  // The server is unreachable: the user can retry or leave.
  function showProblem(retry) {
    document.body.replaceChildren(document.getElementById("problem").content.cloneNode(true));
    pane += 1;
    document.getElementById("again").addEventListener("click", retry);
    document.getElementById("leave").addEventListener("click", () => notifyPage("done", { visit, ...unreachable }));
    document.querySelector("h1").focus();
  }

  function keepFocusInside(event) {
    const stops = Array.from(document.querySelectorAll("a[href], button, input, select")).filter(
      (stop) => !stop.disabled && stop.offsetParent !== null,
    );
    if (stops.length === 0) return;
    const first = stops[0];
    const last = stops[stops.length - 1];
    const outside = !stops.includes(document.activeElement);
    if (event.shiftKey && (outside || document.activeElement === first)) {
      event.preventDefault();
      last.focus();
    } else if (!event.shiftKey && document.activeElement === last) {
      event.preventDefault();
      first.focus();
    }
  }
})();
