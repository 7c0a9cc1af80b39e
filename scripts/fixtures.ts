/**
 * Makes the recorded callers of fixtures/callers anew from Debian's packages, so that their origin can be checked:
 *   npx tsx scripts/fixtures.ts [FOLDER]
 * FOLDER keeps the downloaded .deb files; without it a temporary one is used. Needs apt-get and dpkg-deb, nothing else.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dbfs, rms } from '../src/audio/level.ts'
import { encodeMulaw } from '../src/audio/mulaw.ts'
import { resample } from '../src/audio/resample.ts'
import { decodeWav } from '../src/audio/wav.ts'
import { PACKAGES, RECIPES, SOURCES, type Recipe } from './fixture-recipes.ts'

const RATE_HZ = 8000
const PER_MS = RATE_HZ / 1000
/** Before the first word and after the last; the caller program adds the silence a conversation needs. */
const LEAD_MS = 300
const TAIL_MS = 40
/** What is kept of a clip around its speech, faded: breath before, reverberation after. */
const MARGIN_MS = { before: 30, after: 60, fade: 10 }
/** A usual level of a telephone voice while it speaks, and of hold music. */
const VOICE_DBFS = -22
const MUSIC_DBFS = -26
const ROOM_DBFS = -62
/** A shorter gap is a stop consonant's closure (up to about 120 ms), no pause. */
const PAUSE_MS = 150

type Span = [startMs: number, endMs: number]

const root = join(import.meta.dirname, '..')
const target = join(root, 'fixtures', 'callers')
const unpacked = mkdtempSync(join(tmpdir(), 'callers-'))
try {
  fetchPackages(process.argv[2] ?? unpacked)
  for (const recipe of RECIPES) write(recipe, make(recipe))
} finally {
  rmSync(unpacked, { recursive: true })
}

function fetchPackages (folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const name of PACKAGES) {
    const find = (): string | undefined => readdirSync(folder).find((file) => file.startsWith(`${name}_`) && file.endsWith('.deb'))
    if (find() === undefined) execFileSync('apt-get', ['download', name], { cwd: folder, stdio: 'inherit' })
    execFileSync('dpkg-deb', ['-x', join(folder, find()!), unpacked])
  }
}

function write (recipe: Recipe, { pcm, speech }: { pcm: Int16Array, speech: Span[] }): void {
  const pauses = speech.slice(1).map(([startMs], i): Span => [speech[i]![1], startMs])
  const file = (ending: string): string => join(target, `${recipe.name}.${ending}`)
  writeFileSync(file('ulaw'), encodeMulaw(pcm))
  writeFileSync(file('txt'), recipe.text === '' ? '' : `${recipe.text}\n`)
  writeFileSync(file('json'), `${JSON.stringify({ speech, pauses })}\n`)
  console.log(recipe.name, `${Math.round(pcm.length / RATE_HZ)} s`, 'pauses', pauses.map(([from, to]) => to - from))
}

/** Lays the parts on a silent line, each where its pause puts it, and adds the line's noise. */
function make (recipe: Recipe): { pcm: Int16Array, speech: Span[] } {
  if (recipe.text === '') return { pcm: toLevel(clip(recipe.parts[0] as string), MUSIC_DBFS), speech: [] }
  const mix: number[] = []
  const speech: Span[] = []
  let startMs = LEAD_MS
  for (const part of recipe.parts) {
    if (typeof part === 'number') {
      startMs += part
      continue
    }
    const pcm = clip(part)
    const spans = measureSpeech(pcm)
    const [first, last] = [spans[0]![0], spans.at(-1)![1]]
    const offsetMs = startMs - first
    lay(mix, faded(pcm, first - MARGIN_MS.before, last + MARGIN_MS.after), (startMs - MARGIN_MS.before) * PER_MS)
    speech.push(...spans.map(([from, to]): Span => [from + offsetMs, to + offsetMs]))
    startMs = last + offsetMs
  }
  const voice = Int16Array.from({ length: (startMs + TAIL_MS) * PER_MS }, (_, i) => mix[i] ?? 0)
  const merged = merge(speech)
  const pcm = toLevel(voice, VOICE_DBFS, merged)
  add(pcm, toLevel(roomNoise(pcm.length), recipe.noiseDbfs ?? ROOM_DBFS))
  if (recipe.under !== undefined) add(pcm, toLevel(clip(recipe.under.clip).subarray(0, pcm.length), recipe.under.dbfs))
  return { pcm, speech: merged }
}

/** Reads `source:clip@fromMs-toMs` as PCM16 at 8 kHz. */
function clip (part: string): Int16Array {
  const [, source, name, from, to] = /^(\w+):([^@]+)(?:@(\d+)-(\d*))?$/.exec(part) ?? []
  const { folder, ending } = SOURCES[source!]!
  const bytes = readFileSync(join(unpacked, folder, name! + ending))
  const audio = ending === '.wav' ? decodeWav(bytes) : { pcm: new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)), sampleRateHz: 16000 }
  const pcm = audio.sampleRateHz === RATE_HZ ? audio.pcm : resample(audio.pcm, audio.sampleRateHz, RATE_HZ)
  return pcm.slice(Number(from ?? 0) * PER_MS, to === undefined || to === '' ? undefined : Number(to) * PER_MS)
}

/**
 * Where the clip is loud, to 5 ms: windows of 10 ms that are within 30 dB of its loud parts (95th percentile) and 10 dB over
 * its quietest (5th). The clips are studio recordings or readings with 34 dB over their noise, so that this finds what an ear finds.
 */
function measureSpeech (pcm: Int16Array): Span[] {
  const hop = 5 * PER_MS
  const levels = Array.from({ length: Math.floor(pcm.length / hop) - 1 }, (_, i) => dbfs(rms(pcm, i * hop, (i + 2) * hop)))
  const sorted = levels.toSorted((a, b) => a - b)
  const percentile = (share: number): number => sorted[Math.floor(share * sorted.length)]!
  const threshold = Math.max(percentile(0.95) - 30, percentile(0.05) + 10)
  const spans: Span[] = []
  levels.forEach((level, i) => { if (level > threshold) spans.push([5 * i, 5 * i + 10]) })
  // A single loud moment apart from the rest is a click or a breath.
  return merge(spans).filter(([startMs, endMs]) => endMs - startMs >= 50)
}

function merge (spans: Span[]): Span[] {
  const merged: Span[] = []
  for (const [startMs, endMs] of spans) {
    const last = merged.at(-1)
    if (last !== undefined && startMs - last[1] < PAUSE_MS) last[1] = Math.max(last[1], endMs)
    else merged.push([startMs, endMs])
  }
  return merged
}

function faded (pcm: Int16Array, fromMs: number, toMs: number): Int16Array {
  // Positions before the clip's beginning or after its end are silence.
  const part = Int16Array.from({ length: (toMs - fromMs) * PER_MS }, (_, i) => pcm[fromMs * PER_MS + i] ?? 0)
  const fade = MARGIN_MS.fade * PER_MS
  return part.map((sample, i) => sample * Math.min(1, i / fade, (part.length - 1 - i) / fade))
}

function lay (mix: number[], pcm: Int16Array, at: number): void {
  pcm.forEach((sample, i) => { mix[at + i] = (mix[at + i] ?? 0) + sample })
}

function add (pcm: Int16Array, other: Int16Array): void {
  for (let i = 0; i < pcm.length; i++) pcm[i] = Math.max(-32768, Math.min(32767, pcm[i]! + (other[i] ?? 0)))
}

/** Brings the root mean square over the given spans (or all) to a level. */
function toLevel (pcm: Int16Array, levelDbfs: number, spans: Span[] = [[0, pcm.length / PER_MS]]): Int16Array {
  const loud = spans.flatMap(([startMs, endMs]) => [...pcm.subarray(startMs * PER_MS, endMs * PER_MS)])
  const gain = 10 ** ((levelDbfs - dbfs(rms(Int16Array.from(loud)))) / 20)
  return pcm.map((sample) => Math.max(-32768, Math.min(32767, Math.round(sample * gain))))
}

/** Noise that falls towards high frequencies, as a room's does; the same at every run. */
function roomNoise (samples: number): Int16Array {
  let seed = 1
  let level = 0
  return Int16Array.from({ length: samples }, () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0
    level += 0.3 * (seed / 2 ** 31 * 8000 - level)
    return level
  })
}
