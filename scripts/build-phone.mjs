// Bundles the browser phone: its audio thread, and the widget for other sites.
import { build } from 'esbuild'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const source = (name) => join(fileURLToPath(new URL('../src/console/src/phone', import.meta.url)), name)

/** Writes phone-worklet.js and widget.js into a folder. */
export const buildPhone = async (folder) => {
  await build({
    entryPoints: { 'phone-worklet': source('worklet.ts'), widget: source('widget.ts') },
    outdir: folder,
    bundle: true,
    minify: true,
    format: 'iife',
    // alawmulaw has a default export in its main file only, the one that Node loads.
    mainFields: ['main'],
    target: ['es2022'],
    logLevel: 'warning'
  })
}
