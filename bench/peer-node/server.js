// The minimal server of Plaid's quickstart: Link tokens, and the exchange of public tokens. Access tokens are kept in
// memory.
import express from "express";
import { Configuration, PlaidApi } from "plaid";

const { PORT, PLAID_BASE_URL, PLAID_CLIENT_ID, PLAID_SECRET } = process.env;

const plaid = new PlaidApi(
  new Configuration({
    basePath: PLAID_BASE_URL,
    baseOptions: {
      headers: {
        "PLAID-CLIENT-ID": PLAID_CLIENT_ID,
        "PLAID-SECRET": PLAID_SECRET,
        "Plaid-Version": "2020-09-14",
      },
    },
  }),
);
const accessTokens = new Map();

const app = express();
app.use(express.json());

app.post("/api/link/tokens", async (request, response, next) => {
  try {
    const { data } = await plaid.linkTokenCreate({
      user: { client_user_id: "user-1" },
      client_name: "Connect",
      products: ["auth"],
      country_codes: ["US"],
      language: "en",
    });
    response.json(data);
  } catch (error) {
    next(error);
  }
});

app.post("/api/items", async (request, response, next) => {
  try {
    const { data } = await plaid.itemPublicTokenExchange({ public_token: request.body.public_token });
    accessTokens.set(data.item_id, data.access_token);
    response.status(201).json({ id: data.item_id });
  } catch (error) {
    next(error);
  }
});

app.listen(Number(PORT), "127.0.0.1");
