// A page over react-plaid-link that records every callback in `calls`. tests/twin is the same page over our bindings.
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { usePlaidLink } from "react-plaid-link";

const keep = (name) => (...args) => window.calls.push([name, ...args]);
let root;
let link;

function Page({ token }) {
  link = usePlaidLink({
    token,
    onSuccess: keep("success"),
    onExit: keep("exit"),
    onEvent: keep("event"),
    onLoad: keep("load"),
  });
  return null;
}

window.twin = {
  start(token) {
    root ??= createRoot(document.body.appendChild(document.createElement("div")));
    flushSync(() => root.render(<Page token={token} />));
  },
  open: () => link.open(),
  exit: (force) => link.exit({ force }),
  stop: () => root.unmount(),
};
