import { defineConfig } from "vite";

// react-plaid-link loads Link from Plaid's own address only. This address is replaced, so that the package runs over an
// offline Plaid.
const linkScript = {
  name: "link-script",
  transform(code, id) {
    if (!id.includes("react-plaid-link")) return null;
    const address = "'https://cdn.plaid.com/link/v2/stable/link-initialize.js'";
    if (code.split(address).length !== 2) throw new Error(`react-plaid-link does not contain ${address} exactly once`);
    return { code: code.replace(address, "window.LINK_SCRIPT_URL"), map: null };
  },
};

// Each build has one page, named by the mode: two pages in one build would share a file. File names have hashes like
// Connect's, so that a server caches both in the same way.
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
