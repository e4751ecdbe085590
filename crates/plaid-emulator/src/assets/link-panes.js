// Runs inside Link's iframe: sends each form to the server, shows the pane that comes back, and passes on
// to the page what the pane has to say. It decides nothing: the panes do.
(() => {
  "use strict";

  const SESSIONS = "/link/v2/stable/sessions";
  const pageOrigin = new URLSearchParams(window.location.search).get("origin");
  const embedded = window.location.pathname.endsWith("/embedded.html");
  const lost = {
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
  let pane = 0; // Counts the panes: what was sent from one that is gone counts no more.
  let bankWindow = null;
  let timer = 0;
  let pressed = Promise.resolve(); // What is pressed stays where it is until it is let go, or the click finds nothing.
  let work = Promise.resolve(); // Requests go one after the other.

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
    // Read now: a search that is under way may take the form off the screen, and the pane stays.
    const [from, asked] = [pane, request(event.target, {}, event.submitter)];
    queue(() => from === pane && send(...asked));
  });

  document.addEventListener("pointerdown", () => {
    pressed = new Promise((letGo) => {
      const after = () => window.setTimeout(letGo); // The click comes first.
      window.setTimeout(letGo, 1000); // Not every letting go is told: one outside, or in a menu.
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
    if (tile) tell("pick", { institutionId: tile.dataset.pick });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const way = document.querySelector("[data-escape]");
      if (way) way.click();
    } else if (event.key === "Tab" && !embedded) {
      keepFocusInside(event);
    }
  });

  tell("loaded");

  function queue(job) {
    work = work.then(job).catch((error) => window.reportError(error));
  }

  function tell(type, body) {
    if (pageOrigin) window.parent.postMessage({ ...body, plaidLink: type }, pageOrigin);
  }

  function submit(form, more = {}) {
    if (form.isConnected) return send(...request(form, more));
  }

  function request(form, more, submitter = null) {
    return [form.getAttribute("action"), { ...Object.fromEntries(fields(form, submitter)), ...more }, form.dataset.results];
  }

  // A field that is there several times (the account checkboxes) goes as one comma-separated value.
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

  // Shows the pane; of a pane that is on screen already, only the named part.
  function show(html, part) {
    const next = new DOMParser().parseFromString(html, "text/html");
    const messages = Array.from(next.querySelectorAll("[data-message]"), (carrier) => JSON.parse(carrier.dataset.message));
    if (part) {
      const [from, to] = [next.getElementById(part), document.getElementById(part)];
      if (from && to) to.replaceWith(from);
    } else {
      window.clearTimeout(timer);
      document.documentElement.lang = next.documentElement.lang;
      document.documentElement.dataset.appearance = next.documentElement.dataset.appearance || "";
      document.body.replaceChildren(...next.body.children);
      pane += 1;
      arrive();
    }
    for (const { plaidLink, ...body } of messages) tell(plaidLink, { ...body, visit });
  }

  function arrive() {
    if (!embedded) (document.querySelector("[autofocus]") || document.querySelector("h1"))?.focus();
    const next = document.querySelector("form[data-after]");
    if (next) timer = window.setTimeout(() => queue(() => goOn(next)), Number(next.dataset.after));
  }

  // A pane that waits for something asks again by itself; while the answer is 204 it stays.
  async function goOn(form) {
    const bank = bankWindow && bankWindow.closed ? "closed" : "open";
    await submit(form, form.hasAttribute("data-watches-bank") ? { bank } : {});
    if (form.isConnected) timer = window.setTimeout(() => queue(() => goOn(form)), Number(form.dataset.after));
  }

  // In the click itself, or the browser blocks it. Blocked all the same, the next pane has a link.
  function openBank({ bank, features }) {
    bankWindow = window.open(bank, "plaid-bank", features);
  }

  // The server could not be asked: all that is left is to ask again or to leave.
  function showProblem(again) {
    document.body.replaceChildren(document.getElementById("problem").content.cloneNode(true));
    pane += 1;
    document.getElementById("again").addEventListener("click", again);
    document.getElementById("leave").addEventListener("click", () => tell("done", { visit, ...lost }));
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
