import type { FastifyBaseLogger } from 'fastify'
import { opendir, rm, stat } from 'node:fs/promises'
import type { Clock } from '../clock.ts'
import { Rounds } from '../rounds.ts'
import type { CallRecord } from '../store/calls.ts'
import type { Retention } from '../store/retention.ts'
import type { Stores } from '../store/stores.ts'
import { callIdOf, FILE_KINDS, folderOf, pathOf, type FileKind } from './call-files.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Soon after the start, so that a process that is restarted often gets to it too. */
const FIRST_AFTER_MS = 60_000
const EVERY_MS = HOUR_MS
/** Files, users or transcripts that are looked at in one go. */
const BATCH = 100
/** A file that was written to so recently may be one whose record is only being made. */
const ORPHAN_AFTER_MS = HOUR_MS

const DAYS: Record<FileKind, 'tapeDays' | 'recordingDays'> = { tapes: 'tapeDays', recordings: 'recordingDays' }

interface RetentionDeps {
  dataDir: string
  clock: Clock
  stores: Pick<Stores, 'calls' | 'retention'>
  log: FastifyBaseLogger
}

/**
 * Removes what is older than its owner wants it kept. Each process looks after the files on its own disk, and any of them after the transcripts: all
 * steps can be done twice. Of a call that goes on, nothing is touched.
 */
export class RetentionWorker extends Rounds {
  readonly #deps: RetentionDeps

  constructor (deps: RetentionDeps) {
    super(deps.clock, EVERY_MS, () => this.work(), (err) => deps.log.warn({ err }, 'what is past its time could not be removed'))
    this.#deps = deps
  }

  override start (): void {
    super.start(FIRST_AFTER_MS)
  }

  /** One round over everything. */
  async work (): Promise<void> {
    const removed = { tapes: 0, recordings: 0, transcripts: 0 }
    for (const kind of FILE_KINDS) for await (const files of this.#batches(kind)) removed[kind] += await this.#removeFiles(kind, files)
    removed.transcripts = await this.#emptyTranscripts()
    if (removed.tapes + removed.recordings + removed.transcripts > 0) this.#deps.log.info(removed, 'removed what was past its time')
  }

  async * #batches (kind: FileKind): AsyncGenerator<Map<string, string>> {
    let batch = new Map<string, string>()
    for await (const { name } of await opendir(folderOf(this.#deps.dataDir, kind))) {
      if (this.stopped) return
      const id = callIdOf(kind, name)
      if (id !== undefined) batch.set(name, id)
      if (batch.size < BATCH) continue
      yield batch
      batch = new Map()
    }
    if (batch.size > 0) yield batch
  }

  /** @param files the ids of the calls by the names of their files; answers how many files were removed */
  async #removeFiles (kind: FileKind, files: ReadonlyMap<string, string>): Promise<number> {
    const { dataDir, stores } = this.#deps
    const calls = new Map((await stores.calls.findMany([...new Set(files.values())])).map((call) => [call._id, call]))
    const kept = await this.#retentionOf(new Set([...calls.values()].map(({ userId }) => userId)))
    let removed = 0
    for (const [file, id] of files) {
      const call = calls.get(id)
      const named = call?.[kind]?.some((each) => each.file === file) === true
      if (call === undefined || !named ? !await this.#isOrphan(kind, file) : !this.#isPast(call, kept.get(call.userId)?.[DAYS[kind]] ?? null)) continue
      await rm(pathOf(dataDir, kind, file), { force: true })
      if (named) await stores.calls.removeFile(id, kind, file)
      removed++
    }
    return removed
  }

  async #retentionOf (userIds: Set<string>): Promise<Map<string, Retention>> {
    return new Map(await Promise.all([...userIds].map(async (userId) => [userId, await this.#deps.stores.retention.get(userId)] as const)))
  }

  #isPast ({ status, end_time: endTime }: CallRecord, days: number | null): boolean {
    return status === 'completed' && endTime !== undefined && days !== null && endTime.getTime() < this.#deps.clock.now() - days * DAY_MS
  }

  /** No record names it: its call was erased, maybe on another process. */
  async #isOrphan (kind: FileKind, file: string): Promise<boolean> {
    const { dataDir, clock } = this.#deps
    const found = await stat(pathOf(dataDir, kind, file)).catch(() => undefined)
    return found !== undefined && found.mtimeMs < clock.now() - ORPHAN_AFTER_MS
  }

  async #emptyTranscripts (): Promise<number> {
    const { clock, stores: { calls, retention } } = this.#deps
    let emptied = 0
    for (let users = await retention.listWithTranscriptDays(BATCH); users.length > 0; users = await retention.listWithTranscriptDays(BATCH, users.at(-1)?.userId)) {
      for (const { userId, transcriptDays } of users) {
        for (let count = BATCH; count === BATCH && !this.stopped; emptied += count) {
          count = await calls.emptyTranscripts(userId, new Date(clock.now() - transcriptDays * DAY_MS), BATCH)
        }
      }
    }
    return emptied
  }
}
