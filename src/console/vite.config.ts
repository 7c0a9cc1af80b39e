import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { budget } from './vite-budget.ts'
import { precompress } from './vite-precompress.ts'

/** What a browser may have to fetch and run before it shows the first view. */
const FIRST_VIEW_BYTES = 250_000

export default defineConfig({
  plugins: [react(), budget(FIRST_VIEW_BYTES), precompress()],
  resolve: {
    // The packages beside React lie in the root's node_modules, where tap keeps another React.
    dedupe: ['react', 'react-dom']
  },
  build: {
    outDir: '../../dist/console',
    emptyOutDir: true,
    // The first ones with light-dark() (https://caniuse.com/mdn-css_types_color_light-dark).
    target: ['chrome123', 'firefox120', 'safari17.5'],
    // The content security policy allows no data: addresses.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    sourcemap: false
  },
  server: { proxy: { '/api': 'http://localhost:3000', '/twilio': { target: 'http://localhost:3000', ws: true } } }
})
