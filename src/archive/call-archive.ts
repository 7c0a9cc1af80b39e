import type { FastifyBaseLogger } from 'fastify'
import { mkdir } from 'node:fs/promises'
import type { CallAgent } from '../call/agent.ts'
import type { Clock } from '../clock.ts'
import type { Metrics } from '../metrics.ts'
import type { AgentRecord } from '../store/agents.ts'
import type { CallRecord, CallStore } from '../store/calls.ts'
import type { MessageText, TwilioMessage } from '../twilio/messages.ts'
import type { StreamRecorder, StreamTap, Voices } from '../twilio/stream-recorder.ts'
import { FILE_KINDS, fileOf, folderOf, pathOf, type FileKind } from './call-files.ts'
import { AudioKeeper } from './audio-keeper.ts'
import { TapeKeeper } from './tape-keeper.ts'

/** Writes one file of one stream. Only `close` tells what went wrong. */
export interface Keeper {
  received (text: MessageText, message: TwilioMessage, atMs: number): void
  sentAudio? (mulaw: Uint8Array): void
  sentMark? (name: string): void
  sentClear? (): void
  /** The same voices, or watched ones. */
  watch? (voices: Voices): Voices
  /** Answers how many bytes the file has. @throws what kept it from being written whole */
  close (): Promise<number>
}

export interface CallArchiveDeps {
  dataDir: string
  clock: Clock
  calls: Pick<CallStore, 'addFile' | 'setFileBytes'>
  metrics: Pick<Metrics, 'archiveFailures'>
  log: FastifyBaseLogger
}

/** Keeps calls as files, where their agents ask for it: tapes and recordings. A disk that is full or slow costs the file, never the call. */
export class CallArchive implements StreamRecorder {
  readonly #deps: CallArchiveDeps
  readonly #writing = new Set<Promise<void>>()

  constructor (deps: CallArchiveDeps) {
    this.#deps = deps
  }

  /** Makes the folders. What keeps it from doing so is told again by every file that cannot be written there. */
  async open (): Promise<void> {
    const { dataDir, log } = this.#deps
    await Promise.all(FILE_KINDS.map((kind) => mkdir(folderOf(dataDir, kind), { recursive: true, mode: 0o700 })))
      .catch((err: unknown) => log.error({ err }, 'no folder for tapes and recordings'))
  }

  follow (): StreamTap {
    return new Tap(this.#deps, (work) => {
      const writing = work.finally(() => this.#writing.delete(writing))
      this.#writing.add(writing)
    })
  }

  /** Resolves when the files of the calls that are over are whole. */
  async settled (): Promise<void> {
    await Promise.all(this.#writing)
  }
}

/** Messages kept until it is known whose call it is: five seconds of audio. */
const MAX_EARLY = 250

interface Kept { kind: FileKind, file: { part: number, file: string, started_at: Date }, keeper: Keeper, named: Promise<boolean> }

type TapState =
  | { name: 'early', messages: Array<{ text: MessageText, message: TwilioMessage, atMs: number }> }
  | { name: 'begun', callSid: string, kept: Kept[] }
  | { name: 'closed' }

class Tap implements StreamTap {
  readonly #deps: CallArchiveDeps
  readonly #background: (work: Promise<void>) => void
  readonly #startedAtMs: number
  #state: TapState = { name: 'early', messages: [] }

  constructor (deps: CallArchiveDeps, background: (work: Promise<void>) => void) {
    this.#deps = deps
    this.#background = background
    this.#startedAtMs = deps.clock.now()
  }

  received (text: MessageText, message: TwilioMessage): void {
    const state = this.#state
    // Most calls are not kept, and their frames are many.
    if (state.name === 'begun' && state.kept.length === 0) return
    const atMs = this.#deps.clock.now()
    if (state.name === 'early' && state.messages.length < MAX_EARLY) state.messages.push({ text, message, atMs })
    else this.#each((keeper) => keeper.received(text, message, atMs))
  }

  sentAudio (mulaw: Uint8Array): void { this.#each((keeper) => keeper.sentAudio?.(mulaw)) }
  sentMark (name: string): void { this.#each((keeper) => keeper.sentMark?.(name)) }
  sentClear (): void { this.#each((keeper) => keeper.sentClear?.()) }
  happened (): void {}

  begin (call: CallRecord, agent: AgentRecord, settings: CallAgent, voices: Voices): Voices {
    if (this.#state.name !== 'early') return voices
    const { messages } = this.#state
    const { clock } = this.#deps
    const kept: Kept[] = []
    if (agent.recordTape === true) kept.push(this.#keep('tapes', call, (path) => new TapeKeeper(path, clock, this.#startedAtMs, call, settings)))
    if (agent.recordAudio === true) kept.push(this.#keep('recordings', call, (path) => new AudioKeeper(path, clock, this.#startedAtMs)))
    this.#state = { name: 'begun', callSid: call.call_sid, kept }
    for (const { text, message, atMs } of messages) this.#each((keeper) => keeper.received(text, message, atMs))
    return kept.reduce((watched, { keeper }) => keeper.watch?.(watched) ?? watched, voices)
  }

  close (): void {
    const state = this.#state
    this.#state = { name: 'closed' }
    if (state.name === 'begun') for (const kept of state.kept) this.#background(this.#finish(state.callSid, kept))
  }

  #keep (kind: FileKind, call: CallRecord, make: (path: string) => Keeper): Kept {
    const { calls, dataDir } = this.#deps
    const file = { ...fileOf(kind, call), started_at: new Date(this.#startedAtMs) }
    const named = calls.addFile(call.call_sid, kind, file).then(() => true, (error: unknown) => { this.#failed(kind, call.call_sid, error); return false })
    return { kind, file, keeper: make(pathOf(dataDir, kind, file.file)), named }
  }

  async #finish (callSid: string, { kind, file, keeper, named }: Kept): Promise<void> {
    const { calls } = this.#deps
    try {
      const bytes = await keeper.close()
      if (await named) await calls.setFileBytes(callSid, kind, file.file, bytes)
      else await calls.addFile(callSid, kind, { ...file, bytes })
    } catch (error) {
      this.#failed(kind, callSid, error)
    }
  }

  #failed (kind: FileKind, callSid: string, err: unknown): void {
    this.#deps.metrics.archiveFailures.inc({ kind })
    this.#deps.log.warn({ err, kind, callSid }, 'a call could not be kept as a file')
  }

  /** A fault in keeping a call must not reach the call. */
  #each (tell: (keeper: Keeper) => void): void {
    const state = this.#state
    if (state.name !== 'begun') return
    for (const { kind, keeper } of state.kept) {
      try {
        tell(keeper)
      } catch (error) {
        this.#failed(kind, state.callSid, error)
      }
    }
  }
}
