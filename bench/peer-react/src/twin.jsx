// A page that drives react-plaid-link and keeps what it calls in `calls`; tests/twin is the same page over ours.
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
