// The smallest page that connects a bank with react-plaid-link. It fetches a Link token, and enables its button once a
// click opens Link. Unlike Connect, it shows no accounts.
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { usePlaidLink } from "react-plaid-link";
import "./connect.css";

const post = (path, body) =>
  fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }).then((answer) => answer.json());

function Connect() {
  const [token, setToken] = useState(null);
  useEffect(() => {
    post("/api/link/tokens", {}).then((answer) => setToken(answer.link_token));
  }, []);
  const { open, ready } = usePlaidLink({
    token,
    onSuccess: (public_token, metadata) => post("/api/items", { public_token, metadata }),
  });
  return (
    <main>
      <h1>Your accounts</h1>
      <button type="button" disabled={!ready} onClick={() => open()}>
        Connect a bank account
      </button>
    </main>
  );
}

createRoot(document.getElementById("root")).render(<Connect />);
