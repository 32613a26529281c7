// Builds the pages' styles and islands into dist/ with a manifest that the template tag `asset` reads.
import { defineConfig } from "vite";

export default defineConfig({
  // Addresses are relative to the file that names them, so that any STATIC_URL works.
  base: "./",
  publicDir: false,
  build: {
    outDir: "dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    cssTarget: "chrome100",
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      input: "src/main.ts",
      // htmx can evaluate attributes; islands/exchange.ts switches that off at run time.
      onwarn: (warning, tell) => warning.code === "EVAL" || tell(warning),
    },
  },
  css: {
    preprocessorOptions: {
      scss: { quietDeps: true, loadPaths: ["node_modules"], silenceDeprecations: ["import", "global-builtin", "color-functions"] },
    },
  },
});
