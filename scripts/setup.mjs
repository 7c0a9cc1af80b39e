#!/usr/bin/env node
// Makes a fresh clone ready before another script runs: installs what package-lock.json asks for and builds tap's plugin set.
// Plain JavaScript without dependencies, because it runs before there are any.
import { execFileSync } from 'node:child_process'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..')
const inRoot = (...parts) => join(root, ...parts)
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'

/** npm writes this file at the end of an install; older than the lock file means the install is stale. */
const installed = inRoot('node_modules', '.package-lock.json')
const stale = !existsSync(installed) || statSync(installed).mtimeMs < statSync(inRoot('package-lock.json')).mtimeMs
if (stale) {
  console.log('Installing the packages of package-lock.json …')
  execFileSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: 'inherit' })
}

if (process.argv.includes('--tap')) {
  // tap is built once after each install without its TypeScript plugin, because tsx runs the tests. `npm ci` removes the stamp.
  const stamp = inRoot('node_modules', '.tap-built')
  if (!existsSync(stamp)) {
    execFileSync(process.execPath, [inRoot('node_modules', 'tap', 'dist', 'esm', 'run.mjs'), 'build'], { cwd: root, stdio: 'ignore' })
    writeFileSync(stamp, '')
  }
}
