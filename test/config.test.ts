import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { test } from 'tap'
import { envExample, withConfigTable } from '../scripts/config-docs.ts'
import { CONFIG_SECTIONS, ConfigError, describeShape, loadConfig, parseConfig, publicUrl, secureCookies, streamUrl } from '../src/config.ts'

const KEY = Buffer.alloc(32, 7).toString('base64')

const problemOf = (env: Record<string, string>): string => {
  try {
    parseConfig(env)
    return ''
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.message
  }
}

test('an empty environment gives the defaults', async (t) => {
  const config = parseConfig({})
  t.equal(config.PORT, 3000)
  t.equal(config.DATA_DIR, './data')
  t.equal(config.REGISTRATION, 'open')
  t.equal(config.OPENAI_API_KEY, undefined)
  t.same(parseConfig({ PORT: '', OPENAI_API_KEY: '', SOMETHING_ELSE: 'x' }), config, 'empty values count as unset, foreign ones are dropped')
})

test('values become numbers where numbers are meant', async (t) => {
  const config = parseConfig({ PORT: '8080', DRAIN_MS: '0', MAX_CALLS: '7' })
  t.same([config.PORT, config.DRAIN_MS, config.MAX_CALLS], [8080, 0, 7])
})

test('a wrong value is refused by its variable\'s name and what it must be', async (t) => {
  t.equal(problemOf({ PORT: 'http' }), 'PORT must be a whole number from 0 to 65535.')
  t.equal(problemOf({ PORT: '65536' }), 'PORT must be a whole number from 0 to 65535.')
  t.equal(problemOf({ VAD: 'loud' }), 'VAD must be one of silero, energy.')
  t.match(problemOf({ PORT: '-1', LOG_LEVEL: 'loud' }), /^PORT must be .*\nLOG_LEVEL must be one of trace, /, 'all of them at once')
  for (const value of ['example.org', 'ftp://example.org', 'https://', 'https://example.org/?a=1', 'https://a b']) {
    t.equal(problemOf({ PUBLIC_URL: value }), 'PUBLIC_URL must be an http:// or https:// address without query.', value)
  }
})

test('no value is ever shown, whatever it is', async (t) => {
  const names = Object.values(CONFIG_SECTIONS).flatMap((section) => Object.keys(section))
  fc.assert(fc.property(fc.constantFrom(...names), fc.stringMatching(/^[~%]{12,30}$/), (name, value) => !problemOf({ [name]: value }).includes(value)))
  t.equal(problemOf({ ENCRYPTION_KEY: 'hunter2-hunter2' }), 'ENCRYPTION_KEY must be 32 bytes in base64, or several such keys separated by commas.')
  t.notMatch(problemOf({ MONGODB_URL: 'postgres://me:hunter2@db' }), 'hunter2')
})

test('production needs https, but for this machine', async (t) => {
  const production = (PUBLIC_URL: string) => problemOf({ NODE_ENV: 'production', PUBLIC_URL })
  t.match(production('http://example.org'), /^PUBLIC_URL must begin with https/)
  t.match(production('http://localhost.example.org'), /^PUBLIC_URL/)
  t.equal(production('https://example.org'), '')
  t.equal(production('http://localhost:3000'), '')
  t.equal(production('http://127.0.0.1:3000'), '')
  t.equal(problemOf({ PUBLIC_URL: 'http://example.org' }), '', 'not in development')
})

test('a shared database needs a shared key', async (t) => {
  t.match(problemOf({ MONGODB_URL: 'mongodb://127.0.0.1/earshot', NODE_ENV: 'production', PUBLIC_URL: 'https://x.example' }), /^ENCRYPTION_KEY must be set/)
  t.equal(problemOf({ MONGODB_URL: 'mongodb://127.0.0.1/earshot', ENCRYPTION_KEY: KEY }), '')
  t.equal(problemOf({ ENCRYPTION_KEY: `${KEY}, ${KEY}` }), '', 'an old key may follow the new one')
})

test('what follows from PUBLIC_URL', async (t) => {
  const at = (PUBLIC_URL: string) => parseConfig({ PUBLIC_URL })
  t.equal(publicUrl(at('https://example.org/')), 'https://example.org')
  t.equal(streamUrl(at('https://example.org')), 'wss://example.org/twilio/media')
  t.equal(streamUrl(at('http://localhost:8080')), 'ws://localhost:8080/twilio/media')
  t.equal(publicUrl(parseConfig({ PORT: '81' })), 'http://localhost:81')
  t.ok(secureCookies(at('https://example.org')))
  t.notOk(secureCookies(at('http://localhost:3000')))
})

test('the environment comes before the file .env', async (t) => {
  const folder = t.testdir({ '.env': 'PORT=4000\nMAX_CALLS=5\nHOST=\n' })
  const before = process.cwd()
  process.chdir(folder)
  process.env['PORT'] = '5000'
  t.teardown(() => {
    process.chdir(before)
    delete process.env['PORT']
  })
  const { PORT, MAX_CALLS, HOST } = loadConfig()
  t.same({ PORT, MAX_CALLS, HOST }, { PORT: 5000, MAX_CALLS: 5, HOST: '127.0.0.1' })
})

test('every variable is documented, and .env.example and the README say the same', async (t) => {
  for (const [name, schema] of Object.values(CONFIG_SECTIONS).flatMap((section) => Object.entries(section))) {
    if (!/\.$/.test(schema.description ?? '') || describeShape(schema) === '') t.fail(name)
  }
  const readme = readFileSync('README.md', 'utf8')
  t.match(readme, /^\| `PORT` \| `3000` \|/m)
  // Both are made by: npx tsx scripts/config-docs.ts
  t.equal(readme, withConfigTable(readme))
  t.equal(readFileSync('.env.example', 'utf8'), envExample())
})
