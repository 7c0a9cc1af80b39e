// Says anything to a gateway for as long as is asked: random and mutated messages on media sockets, webhooks, and requests to the API. Ends with the first fault, and the
// smallest case that shows it.
// usage: npm run fuzz -- [--cases 1000000] [--seed 1]
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openVirtualGateway } from '../src/virtual-gateway.ts'
import { simulated } from '../test/support/build.ts'
import { fuzzApi, fuzzParser, fuzzStreams, fuzzWebhooks, type FuzzReport, type FuzzRun } from '../test/support/fuzz.ts'
import type { VirtualGateway } from '../src/virtual-gateway.ts'

/** What a case costs differs a hundredfold; shares by which each kind takes about as long. */
const SHARES: Array<[what: string, share: number, run: (gateway: VirtualGateway, run: FuzzRun) => Promise<FuzzReport>]> = [
  ['messages, read', 0.6, async (_gateway, run) => { fuzzParser(run); return { cases: run.cases, warnings: [] } }],
  ['messages, in streams', 0.3, fuzzStreams],
  ['webhooks', 0.05, fuzzWebhooks],
  ['requests to the API', 0.05, fuzzApi]
]

const { values } = parseArgs({ options: { cases: { type: 'string', default: '1000000' }, seed: { type: 'string', default: String(Date.now() % 1_000_000) } } })
const [cases, seed] = [Number(values.cases), Number(values.seed)]
if (!Number.isInteger(cases) || cases < 1 || !Number.isInteger(seed)) throw new Error('--cases and --seed must be whole numbers.')

console.log(`seed ${seed}`)
for (const [what, share, run] of SHARES) {
  const dataDir = await mkdtemp(join(tmpdir(), 'earshot-fuzz-'))
  const gateway = await openVirtualGateway({ dataDir, providers: (clock) => simulated(clock), env: { TWILIO_API_URL: 'http://127.0.0.1:1' } })
  const startMs = performance.now()
  try {
    const { cases: done, warnings } = await run(gateway, { cases: Math.ceil(cases * share), seed })
    console.log(`${what}: ${done} cases in ${Math.round((performance.now() - startMs) / 1000)} s, ${warnings.length} warnings`)
    for (const warning of warnings) console.log(warning)
    if (warnings.length > 0) process.exitCode = 1
  } finally {
    await gateway.close(0)
    await rm(dataDir, { recursive: true })
  }
}
