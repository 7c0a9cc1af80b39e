import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { EarshotError } from '../errors.ts'
import { speechBounds } from './speech-bounds.ts'

/** A recorded caller: fixtures/callers/README.md. */
export interface RecordedCaller {
  name: string
  /** μ-law, 8 kHz. */
  audio: Uint8Array
  /** What is said; empty when nobody speaks, or nobody knows. */
  text: string
  /** Where the words begin and end, in milliseconds. */
  speech: { startMs: number, endMs: number }
  /** The same without the pauses: [startMs, endMs] of each stretch of words. */
  stretches: Array<[number, number]>
}

const spans = Compile(Type.Object({ speech: Type.Array(Type.Tuple([Type.Number(), Type.Number()])) }))

/**
 * Reads NAME.ulaw, and NAME.txt and NAME.json where they are.
 * @throws {EarshotError} `not_found`, or `invalid` for an empty recording or a .json of another shape
 */
export const readCaller = async (path: string): Promise<RecordedCaller> => {
  const audio = await readFile(path).catch((cause: unknown) => { throw new EarshotError('not_found', `The recording ${path} cannot be read.`, { cause }) })
  if (audio.length === 0) throw new EarshotError('invalid', `${path}: the recording is empty.`)
  const beside = async (ending: string) => await readFile(path.replace(/\.ulaw$/, ending), 'utf8').catch(() => undefined)
  const [text, json] = [await beside('.txt'), await beside('.json')]
  const measured: unknown = json === undefined ? undefined : JSON.parse(json)
  if (measured !== undefined && !spans.Check(measured)) throw new EarshotError('invalid', `${path.replace(/\.ulaw$/, '.json')}: speech: must be a list of [startMs, endMs].`)
  const [first, last] = [measured?.speech[0], measured?.speech.at(-1)]
  const speech = first === undefined || last === undefined ? speechBounds(audio) : { startMs: first[0], endMs: last[1] }
  return {
    name: basename(path, '.ulaw'),
    audio,
    text: text?.trim() ?? '',
    speech,
    stretches: measured?.speech ?? [[speech.startMs, speech.endMs]]
  }
}

/** Every recording of a folder, by name. @throws as readCaller */
export const readCallers = async (folder: string): Promise<RecordedCaller[]> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ulaw')).sort()
  return await Promise.all(names.map((name) => readCaller(join(folder, name))))
}
