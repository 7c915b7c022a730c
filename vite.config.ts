import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The page is served by the exchange itself under a strict content policy: everything comes from its own origin,
// nothing is inlined, and the preload polyfill (an inline script) is left out.
export default defineConfig({
  root: 'src/web',
  base: '/',
  publicDir: false,
  plugins: [react(), tailwind()],
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
