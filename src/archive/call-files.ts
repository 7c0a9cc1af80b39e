import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CallRecord } from '../store/calls.ts'

/** What a call can leave as files, by the name of its folder in DATA_DIR and of its field in the record. */
export type FileKind = 'tapes' | 'recordings'

export const FILE_KINDS: readonly FileKind[] = ['tapes', 'recordings']

const ENDINGS: Record<FileKind, string> = { tapes: 'ndjson', recordings: 'wav' }

/** The folder of one kind of files. */
export const folderOf = (dataDir: string, kind: FileKind): string => join(dataDir, kind)

/**
 * The file of a call's stream: `CALLID-1.ndjson`, and `CALLID-2.ndjson` after the stream was cut and the call resumed, maybe by another process
 * with another disk. The id is one of Earshot's own, so nothing that came over the wire is part of a path.
 */
export const fileOf = (kind: FileKind, { _id: id, resume_count: resumes = 0 }: Pick<CallRecord, '_id' | 'resume_count'>): { part: number, file: string } =>
  ({ part: resumes + 1, file: `${id}-${resumes + 1}.${ENDINGS[kind]}` })

/** The call that a file is of; undefined for a file that is not one of these. */
export const callIdOf = (kind: FileKind, file: string): string | undefined => {
  const [, id, ending] = /^([0-9a-f]{24})-\d+\.(\w+)$/.exec(file) ?? []
  return ending === ENDINGS[kind] ? id : undefined
}

export const pathOf = (dataDir: string, kind: FileKind, file: string): string => join(folderOf(dataDir, kind), file)

/**
 * Removes a call's files from this process's disk. Those on another process's disk go with that process's next round of retention, once the
 * record does not name them any more: the caller takes the fields, or the whole record, away.
 */
export const removeCallFiles = async (dataDir: string, call: Pick<CallRecord, FileKind>, kinds: readonly FileKind[] = FILE_KINDS): Promise<void> => {
  for (const kind of kinds) {
    for (const { file } of call[kind] ?? []) await rm(pathOf(dataDir, kind, file), { force: true })
  }
}
