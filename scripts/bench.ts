import { parseArgs } from 'node:util'
import { runBargeIn } from './bench-barge-in.ts'
import { runTurnTaking } from './bench-turn-taking.ts'
import { findLimit } from './bench/find-limit.ts'
import { openLoad } from './bench/load.ts'
import { replaySpeed } from './bench/replay-speed.ts'
import { tell, tellLimit, tellReplay } from './bench/report.ts'

const USAGE = `npm run bench -- [WHAT] [OPTIONS]

WHAT
  load          (default) calls over real sockets to the built gateway, its providers simulated over HTTP
  turn-taking   recorded callers with pauses: cut-ins and reply times next to a fixed wait of 700 ms
  barge-in      recorded callers who speak over the agent: how soon it is silent; music and noise must not silence it
  replay        how much faster than real time a call runs in virtual time

OPTIONS of load
  --calls N        calls held at once (default 100)
  --seconds S      how long they are measured (default 30)
  --find-limit     adds calls until a caller hears a gap, and tells the highest number without one
  --step N         calls added at a time by --find-limit (default 50)
  --cpu-prof DIR   V8 CPU profiles of the gateway into DIR
  --json           the result as JSON`

const { values, positionals: [what = 'load', ...surplus] } = parseArgs({
  allowPositionals: true,
  options: {
    calls: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '30' },
    'find-limit': { type: 'boolean', default: false },
    step: { type: 'string', default: '50' },
    'cpu-prof': { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false }
  }
})

const positive = (name: 'calls' | 'seconds' | 'step'): number => {
  const value = Number(values[name])
  if (Number.isInteger(value) && value > 0) return value
  console.error(`--${name} must be a whole number above 0.\n\n${USAGE}`)
  process.exit(2)
}

async function runLoad (): Promise<void> {
  const [calls, seconds, step] = [positive('calls'), positive('seconds'), positive('step')]
  const profileFolder = values['cpu-prof']
  const load = await openLoad(profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`])
  try {
    if (values['find-limit']) {
      const limit = await findLimit(load, step, seconds, (result) => { if (!values.json) tell(result) })
      if (values.json) console.log(JSON.stringify(limit))
      else tellLimit(limit)
    } else {
      const result = await load.measure(calls, seconds)
      if (values.json) console.log(JSON.stringify(result))
      else tell(result)
    }
  } finally {
    await load.close()
  }
}

if (values.help || surplus.length > 0) console.log(USAGE)
else if (what === 'load') await runLoad()
else if (what === 'turn-taking') await runTurnTaking()
else if (what === 'barge-in') await runBargeIn()
else if (what === 'replay') tellReplay(await replaySpeed(), values.json)
else {
  console.error(`There is nothing called "${what}" to measure.\n\n${USAGE}`)
  process.exit(2)
}
