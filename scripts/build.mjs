#!/usr/bin/env node
// Compiles src to dist, and puts beside it what the compiler does not.
import { build } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const inRoot = (...parts) => join(fileURLToPath(new URL('..', import.meta.url)), ...parts)

rmSync(inRoot('dist'), { recursive: true, force: true })
execFileSync(process.execPath, [inRoot('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json'], { cwd: inRoot(), stdio: 'inherit' })
cpSync(inRoot('src', 'console', 'public'), inRoot('dist', 'console', 'public'), { recursive: true })

// typebox is nearly 700 files, and reading them was a quarter of the time from start to listening. Node finds this copy of it,
// in one file, before the one in the root's node_modules.
const typebox = inRoot('dist', 'node_modules', 'typebox')
await build({
  entryPoints: { index: 'typebox', compile: 'typebox/compile' },
  absWorkingDir: inRoot(),
  outdir: typebox,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning'
})
writeFileSync(join(typebox, 'package.json'), JSON.stringify({ name: 'typebox', type: 'module', exports: { '.': './index.js', './compile': './compile.js' } }))
