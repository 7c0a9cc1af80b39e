import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'

/** What `npm run replay` was asked to do. */
export type ReplayArguments = { help: true } | {
  help: false
  /** Recordings, said one after the other, each after the agent's answer to the one before; or one tape. */
  call: { kind: 'recordings', files: string[] } | { kind: 'tape', file: string }
  fast: boolean
  wav: string | undefined
  agentFile: string | undefined
  /** What the tape came to once, to be compared with or written. */
  golden: { file: string, write: boolean } | undefined
  /** A gateway that is running already, and the number to call there. */
  gateway: { url: string, to: string | undefined } | undefined
}

/** The command line is wrong; the message says what is. */
export class ArgumentError extends Error {
  override name = 'ArgumentError'
}

export const REPLAY_USAGE = `Usage: npm run replay -- FILE.ulaw… | TAPE.ndjson [options]

Calls Earshot as Twilio would: through its voice webhook and its media stream.
FILE.ulaw     a recorded caller, μ-law at 8 kHz; several are said one after the other, each after the agent's answer
TAPE.ndjson   a recorded call (src/replay/README.md)

  --fast            in virtual time, with simulated providers, or the tape's own: the same call every time
  --wav OUT.wav     save both sides: caller left, agent right
  --agent FILE.json the agent's settings, over the defaults (or over the tape's)
  --against GOLDEN  play the tape in virtual time and compare what comes of it with GOLDEN: says what changed, and ends with 1 when something did
  --write-golden    write GOLDEN instead
  --url ADDRESS     call a gateway that is running, instead of one made for this call. TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN
                    are the ones of the number there, EARSHOT_API_KEY reads the transcript; unset: those of the demo
  --to NUMBER       the number to call at --url; default: the demo's
  --help            this text`

/**
 * @param args the command line after the script's name
 * @throws {ArgumentError}
 */
export const parseReplayArguments = (args: string[]): ReplayArguments => {
  const { values, positionals } = parsed(args)
  if (values.help === true) return { help: true }
  const { url, to, agent, wav, against, 'write-golden': write = false, fast = against !== undefined } = values
  if (url === undefined && to !== undefined) throw new ArgumentError('--to goes with --url only.')
  if (write && against === undefined) throw new ArgumentError('--write-golden goes with --against GOLDEN, the file to write.')
  if (url !== undefined && fast) throw new ArgumentError('--fast and --against cannot go with --url: virtual time is for a gateway inside this process.')
  if (url !== undefined && agent !== undefined) throw new ArgumentError('--agent cannot go with --url: the gateway there has its own agents.')
  if (url !== undefined && !(URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol))) throw new ArgumentError(`--url must be an http:// or https:// address, not "${url}".`)
  if (to !== undefined && !/^\+[1-9]\d{1,14}$/.test(to)) throw new ArgumentError(`--to must be a number such as +12025550142, not "${to}".`)
  if (wav !== undefined && !wav.endsWith('.wav')) throw new ArgumentError(`--wav must name a .wav file, not "${wav}".`)
  if (agent !== undefined && !existsSync(agent)) throw new ArgumentError(`--agent: there is no file ${agent}.`)
  const call = callOf(positionals)
  if (against !== undefined && call.kind !== 'tape') throw new ArgumentError('--against is for a tape.')
  if (against !== undefined && !write && !existsSync(against)) throw new ArgumentError(`--against: there is no file ${against}; --write-golden makes it.`)
  return {
    help: false,
    call,
    golden: against === undefined ? undefined : { file: against, write },
    fast,
    wav,
    agentFile: agent,
    gateway: url === undefined ? undefined : { url: url.replace(/\/+$/, ''), to }
  }
}

const parsed = (args: string[]) => {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        fast: { type: 'boolean' },
        wav: { type: 'string' },
        url: { type: 'string' },
        to: { type: 'string' },
        against: { type: 'string' },
        'write-golden': { type: 'boolean' },
        agent: { type: 'string' },
        help: { type: 'boolean', short: 'h' }
      }
    })
  } catch (error) {
    throw new ArgumentError(error instanceof Error ? error.message : String(error))
  }
}

const callOf = (files: string[]): Extract<ReplayArguments, { help: false }>['call'] => {
  const [first] = files
  if (first === undefined) throw new ArgumentError('Name a recorded caller (.ulaw) or a tape (.ndjson).')
  for (const file of files) {
    if (!/\.(ulaw|ndjson)$/.test(file)) throw new ArgumentError(`${file}: must be a recorded caller (.ulaw) or a tape (.ndjson).`)
    if (!existsSync(file)) throw new ArgumentError(`${file}: there is no such file.`)
  }
  if (files.every((file) => file.endsWith('.ulaw'))) return { kind: 'recordings', files }
  if (files.length > 1) throw new ArgumentError('A tape is a whole call: name it alone.')
  return { kind: 'tape', file: first }
}
