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

// A page is built alone, by its name as the mode: two in one build would share a file that neither needs so. Files are
// named by their hash as Connect's are, so that a server that keeps one for good keeps the other as well.
export default defineConfig(({ mode }) => ({
  plugins: [linkScript],
  base: "./",
  esbuild: { jsx: "automatic" },
  build: {
    rollupOptions: {
      input: `${mode}.html`,
      output: {
        hashCharacters: "hex",
        entryFileNames: "assets/[name]-[hash:16].js",
        assetFileNames: "assets/[name]-[hash:16][extname]",
      },
    },
    emptyOutDir: true,
    reportCompressedSize: false,
  },
}));
