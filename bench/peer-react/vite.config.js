import { defineConfig } from "vite";

// react-plaid-link loads Link from Plaid's own address and no other. This one word of it is replaced, so that the
// same package runs over an offline Plaid.
const linkScript = {
  name: "link-script",
  transform(code, id) {
    if (!id.includes("react-plaid-link")) return null;
    const address = "'https://cdn.plaid.com/link/v2/stable/link-initialize.js'";
    if (code.split(address).length !== 2) throw new Error(`react-plaid-link says ${address} no longer once`);
    return { code: code.replace(address, "window.LINK_SCRIPT_URL"), map: null };
  },
};

// Each page is built alone, as an app would be: two in one build would share a file that one alone has no need of.
export default defineConfig(({ mode }) => ({
  plugins: [linkScript],
  base: "./",
  esbuild: { jsx: "automatic" },
  build: {
    rollupOptions: { input: mode === "twin" ? "twin.html" : "index.html" },
    emptyOutDir: true,
    reportCompressedSize: false,
  },
}));
