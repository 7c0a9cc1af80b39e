#!/usr/bin/env node
// Makes a fresh clone ready before another script runs: installs what package-lock.json asks for, and on demand builds tap's plugin set
// (--tap) or the production code (--build), and starts the latter (--start).
// Plain JavaScript without dependencies, because it runs before there are any.
import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const inRoot = (...parts) => join(fileURLToPath(new URL('..', import.meta.url)), ...parts)
const asked = (flag) => process.argv.includes(flag)
const changedMs = (path) => existsSync(path) ? statSync(path).mtimeMs : -Infinity
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'

// npm writes this file at the end of an install; older than the lock file means the install is stale. Packages that a link leads to are another
// working tree's, and npm would remove them there.
const linked = lstatSync(inRoot('node_modules'), { throwIfNoEntry: false })?.isSymbolicLink() ?? false
if (!linked && changedMs(inRoot('node_modules', '.package-lock.json')) < changedMs(inRoot('package-lock.json'))) {
  console.log('Installing the packages of package-lock.json …')
  execFileSync(npm, ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: inRoot(), stdio: 'inherit' })
}

if (asked('--tap')) {
  // tap is built once after each install without its TypeScript plugin, because esbuild compiles the tests, or tsx one alone. `npm ci` removes the stamp.
  const stamp = inRoot('node_modules', '.tap-built')
  if (!existsSync(stamp)) {
    execFileSync(process.execPath, [inRoot('node_modules', 'tap', 'dist', 'esm', 'run.mjs'), 'build'], { cwd: inRoot(), stdio: 'ignore' })
    writeFileSync(stamp, '')
  }
}

if (asked('--build')) {
  // Written after a build that went well.
  const stamp = inRoot('dist', '.built')
  // The types of the API's client are made by `npm run check` and change nothing that runs.
  const sources = readdirSync(inRoot('src'), { recursive: true }).filter((path) => !/node_modules|schema\.d\.ts$/.test(path)).map((path) => inRoot('src', path))
  const newestMs = Math.max(...[...sources, inRoot('package-lock.json'), inRoot('tsconfig.build.json')].map(changedMs))
  if (changedMs(stamp) < newestMs) {
    console.log('Compiling …')
    execFileSync(process.execPath, [inRoot('scripts', 'build.mjs')], { cwd: inRoot(), stdio: 'inherit' })
    writeFileSync(stamp, '')
  }
}

// In this process, which "exec" in package.json has made npm's own child: a signal to npm reaches the gateway, and npm waits for its calls to end.
if (asked('--start')) await import('../dist/main.js')
