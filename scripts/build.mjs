#!/usr/bin/env node
// Compiles src to dist, and puts beside it what the compiler does not.
import { build } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPhone } from './build-phone.mjs'

const inRoot = (...parts) => join(fileURLToPath(new URL('..', import.meta.url)), ...parts)

rmSync(inRoot('dist'), { recursive: true, force: true })
execFileSync(process.execPath, [inRoot('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json'], { cwd: inRoot(), stdio: 'inherit' })
execFileSync(process.execPath, [inRoot('node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], { cwd: inRoot('src', 'console'), stdio: 'inherit' })
await buildPhone(inRoot('dist', 'phone'))
copyFileSync(inRoot('src', 'vad', 'silero-8k.onnx'), inRoot('dist', 'vad', 'silero-8k.onnx'))

// Packages of hundreds of small files, which took a third of the time from start to listening to read. Node finds these copies of
// them, in one file, before those in the root's node_modules.
const IN_ONE_FILE = { typebox: ['.', './compile'], 'libphonenumber-js': ['.', './max'] }

for (const [name, entries] of Object.entries(IN_ONE_FILE)) {
  const folder = inRoot('dist', 'node_modules', name)
  const fileOf = (entry) => entry === '.' ? 'index' : entry.slice(2)
  await build({
    entryPoints: Object.fromEntries(entries.map((entry) => [fileOf(entry), join(name, entry)])),
    absWorkingDir: inRoot(),
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    target: 'node20',
    logLevel: 'warning'
  })
  const exports = Object.fromEntries(entries.map((entry) => [entry, `./${fileOf(entry)}.js`]))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, type: 'module', exports }))
}
