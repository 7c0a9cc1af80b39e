import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { CallSchema, TurnSchema, type CallEnd, type CallStore, type TranscriptTurn } from './calls.ts'

/** What a process could not store of a call before it ended. */
export interface UnsavedCall {
  callSid: string
  /** The call's when its stream began: its end does not count when another stream has taken it up since. */
  resumeCount: number
  turns: TranscriptTurn[]
  end: CallEnd | undefined
}

/** One line: as the records are, with dates in milliseconds since the epoch. */
const LineSchema = Type.Object({
  callSid: Type.String(),
  resumeCount: Type.Integer(),
  turns: Type.Array(Type.Object({ turn: Type.Omit(TurnSchema, ['timestamp']), atMs: Type.Number() })),
  end: Type.Optional(Type.Object({ end: Type.Pick(CallSchema, ['end_reason', 'usage']), atMs: Type.Number() }))
})
const line = Compile(LineSchema)

/** Another stream may append at the same time. */
const MAX_TRIES = 10

/**
 * Keeps on disk what the database did not take before the process ended, and stores it at the next start: a file for each process that ended so, of lines of JSON. It
 * holds what was said, so only the owner of the process may read it.
 */
export class CallJournal {
  readonly #folder: string

  constructor (folder: string) {
    this.#folder = folder
  }

  /** Resolves when all of it is on the disk, flushed. @throws what the file system does */
  async write (calls: UnsavedCall[]): Promise<void> {
    if (calls.length === 0) return
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const path = join(this.#folder, `${randomUUID()}.ndjson`)
    const file = await open(`${path}.part`, 'wx', 0o600)
    try {
      await file.writeFile(calls.map(lineOf).join(''))
      await file.sync()
    } finally {
      await file.close()
    }
    // Renamed when complete, so that a start never reads half of it.
    await rename(`${path}.part`, path)
  }

  /**
   * Stores what earlier processes left, and forgets it. Safe to repeat, and to break off. Answers the number of calls.
   * @throws EarshotError `store_unavailable`: the rest stays for the next time
   */
  async restore (calls: Pick<CallStore, 'findBySid' | 'appendTurn' | 'complete'>): Promise<number> {
    const files = (await readdir(this.#folder).catch(() => [])).filter((name) => name.endsWith('.ndjson'))
    let restored = 0
    for (const name of files) {
      const path = join(this.#folder, name)
      for (const text of (await readFile(path, 'utf8')).split('\n')) {
        const value: unknown = text === '' ? undefined : JSON.parse(text)
        if (!line.Check(value)) continue
        await restoreCall(calls, value)
        restored++
      }
      await rm(path)
    }
    return restored
  }
}

const lineOf = ({ callSid, resumeCount, turns, end }: UnsavedCall): string => {
  const value: Static<typeof LineSchema> = {
    callSid,
    resumeCount,
    turns: turns.map(({ timestamp, ...turn }) => ({ turn, atMs: timestamp.getTime() })),
    ...(end && { end: { end: { ...(end.end_reason !== undefined && { end_reason: end.end_reason }), ...(end.usage && { usage: end.usage }) }, atMs: end.end_time.getTime() } })
  }
  return `${JSON.stringify(value)}\n`
}

/** A call that is gone has been erased meanwhile: there is nothing to restore. */
async function restoreCall (calls: Pick<CallStore, 'findBySid' | 'appendTurn' | 'complete'>, { callSid, resumeCount, turns, end }: Static<typeof LineSchema>): Promise<void> {
  for (const { turn, atMs } of turns) await appendAtEnd(calls, callSid, { ...turn, timestamp: new Date(atMs) })
  if (end !== undefined) await calls.complete(callSid, { ...end.end, end_time: new Date(end.atMs) }, resumeCount)
}

/**
 * Stores a turn at the end of the transcript, wherever that is by now, unless it is there already.
 * @throws EarshotError `store_unavailable`, `conflict` when others append all the time
 */
export async function appendAtEnd (calls: Pick<CallStore, 'findBySid' | 'appendTurn'>, callSid: string, turn: TranscriptTurn): Promise<void> {
  for (let tries = 0; ; tries++) {
    const call = await calls.findBySid(callSid)
    if (call === undefined || call.transcript.some(({ role, text, timestamp }) => role === turn.role && text === turn.text && timestamp.getTime() === turn.timestamp.getTime())) return
    try {
      return await calls.appendTurn(callSid, call.turn_count, turn)
    } catch (error) {
      if (tries === MAX_TRIES) throw error
    }
  }
}
