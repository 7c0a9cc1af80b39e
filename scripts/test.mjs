#!/usr/bin/env node
// Compiles the tests with what they test, and has tap run them: npm test -- [FILE | FOLDER | OPTION OF TAP]…
// Node.js takes two thirds of the time to load a few bundles that it takes to load each of some thousand small files through tsx and tap's hooks.
// A file alone runs uncompiled as well: npx tap run test/clock.test.ts
import { build } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const OUT = join(ROOT, '.build')
/** ES modules of a hundred files and more. */
const IN_BUNDLES = /^(typebox|openai|libphonenumber-js|fast-check)(\/|$)/

const testsIn = (path) => path.endsWith('.test.ts')
  ? [resolve(path)]
  : readdirSync(path, { recursive: true }).filter((file) => file.endsWith('.test.ts')).map((file) => resolve(path, file)).sort()

const given = process.argv.slice(2)
const paths = given.filter((argument) => !argument.startsWith('-') && existsSync(argument))
const tests = (paths.length > 0 ? paths : [join(ROOT, 'test')]).flatMap(testsIn)

rmSync(OUT, { recursive: true, force: true })
await build({
  entryPoints: tests,
  outdir: OUT,
  outbase: ROOT,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  sourcesContent: false,
  // Imports for their side effects stay, whatever a package says of itself.
  ignoreAnnotations: true,
  logLevel: 'error',
  plugins: [{
    name: 'earshot',
    setup ({ onResolve, onLoad }) {
      onResolve({ filter: /^[^./]/ }, ({ path, kind }) => kind === 'entry-point' || IN_BUNDLES.test(path) ? undefined : { path, external: true })
      // What a file looks for beside itself: a test's is where it was, the gateway's is what `npm run build` has compiled.
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const [folder, ...rest] = relative(ROOT, path).split(sep)
        if (!['src', 'test', 'scripts'].includes(folder)) return undefined
        const url = pathToFileURL(folder === 'src' ? join(ROOT, 'dist', ...rest).replace(/ts$/, 'js') : path)
        return { contents: (await readFile(path, 'utf8')).replaceAll('import.meta.url', JSON.stringify(url.href)), loader: 'ts' }
      })
    }
  }]
})

const compiled = tests.map((path) => join('.build', relative(ROOT, path)).replace(/ts$/, 'mjs'))
const { status } = spawnSync('tap', ['run', ...given.filter((argument) => !paths.includes(argument)), ...compiled], { cwd: ROOT, stdio: 'inherit', shell: process.platform === 'win32' })
process.exit(status ?? 1)
