import { test } from 'tap'
import { buildVirtual } from './support/build.ts'
import { fuzzApi, fuzzParser, fuzzStreams, fuzzWebhooks } from './support/fuzz.ts'

// The same cases each time. "npm run fuzz" tries others.
const seed = 20261123

test('70,000 messages, random and mutated: only what is malformed is refused, and by name', async () => {
  fuzzParser({ cases: 70_000, seed })
})

test('streams in which anything is said: no handler throws, every record is complete, nothing is left over', async (t) => {
  const { cases, warnings } = await fuzzStreams(await buildVirtual(t), { cases: 40_000, seed })
  t.ok(cases > 20_000, `${cases} messages and waits`)
  t.same(warnings, [])
})

test('webhooks, random and mutated, signed and not: TwiML or a refusal, never a fault', async (t) => {
  const { warnings } = await fuzzWebhooks(await buildVirtual(t), { cases: 6_000, seed })
  t.same(warnings, [])
})

test('bodies and queries, random and mutated, for every route of the API: an answer of its own, never a fault', async (t) => {
  const { warnings } = await fuzzApi(await buildVirtual(t, { env: { TWILIO_API_URL: 'http://127.0.0.1:1' } }), { cases: 6_000, seed })
  t.same(warnings, [])
})
