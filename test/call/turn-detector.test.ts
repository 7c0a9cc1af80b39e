import { test } from 'tap'
import fc from 'fast-check'
import type { Completeness } from '../../src/call/completeness.ts'
import { TurnDetector, type HearingAction } from '../../src/call/turn-detector.ts'
import { DEFAULT_TURN_TAKING, type TurnTaking } from '../../src/call/turn-taking.ts'

const CHUNK_MS = 32

/** A caller made of stretches of speech and silence, with whoever answers the detector's questions. */
class Driver {
  readonly detector: TurnDetector
  readonly log: string[] = []
  nowMs = 0
  /** How long words take after they are asked for; undefined: they never come. */
  sttMs: number | undefined = 300
  /** How long after the words the reply is ready. */
  replyMs = 500
  words: Completeness = 'finished'
  #due: Array<{ atMs: number, fn: () => void }> = []

  constructor (settings: Partial<TurnTaking> = {}) {
    this.detector = new TurnDetector({ ...DEFAULT_TURN_TAKING, ...settings })
  }

  hear (ms: number, probability: number, loud = probability > 0.5): this {
    for (const untilMs = this.nowMs + ms; this.nowMs < untilMs;) {
      this.nowMs += CHUNK_MS
      for (const due of this.#due.filter((due) => due.atMs <= this.nowMs)) due.fn()
      this.#due = this.#due.filter((due) => due.atMs > this.nowMs)
      this.act(this.detector.chunk(probability, loud, this.nowMs, CHUNK_MS))
    }
    return this
  }

  speech (ms: number): this { return this.hear(ms, 0.95) }
  silence (ms: number): this { return this.hear(ms, 0.02) }

  act (actions: HearingAction[]): void {
    for (const action of actions) {
      this.log.push(`${action.type}@${this.nowMs}`)
      if (action.type === 'resumed') this.#due = []
      if (action.type === 'paused' && this.sttMs !== undefined) {
        this.#due.push({ atMs: this.nowMs + this.sttMs, fn: () => this.detector.wordsKnown(this.words) })
        this.#due.push({ atMs: this.nowMs + this.sttMs + this.replyMs, fn: () => this.detector.replyReady() })
      }
    }
  }

  get types (): string[] { return this.log.map((line) => line.split('@')[0]!) }
  at (type: string): number { return Number(this.log.find((line) => line.startsWith(`${type}@`))?.split('@')[1] ?? NaN) }
}

test('a plain turn: started, sustained, asked about soon after the end, over when the reply is ready', async (t) => {
  const caller = new Driver().silence(320).speech(960).silence(3000)
  t.same(caller.types, ['started', 'sustained', 'paused', 'ended'])
  t.equal(caller.at('started') - 320, 96)
  t.equal(caller.at('sustained') - 320, 128)
  t.equal(caller.at('paused') - 1280, 32, 'words are asked for at the first pause')
  t.ok(caller.at('ended') - 1280 <= 32 + 300 + 500 + CHUNK_MS, 'waiting was free: the reply decided')
})

test('providers that answer at once do not make it hasty: the minimum wait stands', async (t) => {
  for (const [words, waitMs] of Object.entries(DEFAULT_TURN_TAKING.waitMs)) {
    const caller = new Driver()
    Object.assign(caller, { sttMs: 0, replyMs: 0, words })
    caller.speech(960).silence(3000)
    const tookMs = caller.at('ended') - 960
    t.ok(tookMs >= waitMs && tookMs <= waitMs + CHUNK_MS, `${words}: ${tookMs} ms`)
  }
})

test('a pause shorter than the reply takes never ends the turn, however finished it looks', async (t) => {
  const caller = new Driver().speech(960).silence(800).speech(960).silence(3000)
  t.same(caller.types, ['started', 'sustained', 'paused', 'resumed', 'paused', 'ended'])
})

test('a faint last consonant still belongs to the speech, and noise does not pass for one', async (t) => {
  const consonant = new Driver().speech(960).hear(128, 0.1, true).silence(3000)
  t.equal(consonant.at('paused') - 960, 128 + 32)
  const noise = new Driver().speech(960).hear(3000, 0.1, true)
  t.ok(noise.at('paused') - 960 <= 160 + 64)
  t.ok(noise.at('ended') - 960 <= 160 + 64 + 850 + 128 + CHUNK_MS, 'nor does it hold the decision up')
})

test('a first consonant that is loud before it is voice makes the onset, and noise that was there before does not', async (t) => {
  const sorry = new Driver().silence(320).hear(96, 0.1, true).speech(960)
  t.equal(sorry.at('sustained') - 320, 96 + 64, 'counted from the consonant on, with two chunks of voice')
  const noise = new Driver().hear(960, 0.1, true).hear(640, 0.95, true)
  t.equal(noise.at('sustained') - 960, 128, 'counted from the voice on')
  const door = new Driver().silence(320).hear(96, 0.1, true).hear(32, 0.6, true).silence(1000)
  t.same(door.types, [], 'one doubtful chunk is no voice')
})

test('a word whose beginning only its loudness shows is waited for', async (t) => {
  const caller = new Driver().speech(960).silence(800).hear(64, 0.2, true).speech(640).silence(3000)
  t.same(caller.types, ['started', 'sustained', 'paused', 'resumed', 'paused', 'ended'])
})

test('a click in a pause does not end it, and holds the decision only while it may be speech', async (t) => {
  const caller = new Driver().speech(960).silence(320).speech(32).silence(3000)
  t.same(caller.types, ['started', 'sustained', 'paused', 'ended'])
  const click = new Driver().silence(320).speech(64).silence(1000)
  t.same(click.types, [], 'nor does it begin a turn')
})

test('nothing ends without words, nor without a reply', async (t) => {
  const caller = new Driver()
  caller.sttMs = undefined
  caller.speech(960).silence(30_000)
  t.same(caller.types, ['started', 'sustained', 'paused'])
  caller.detector.wordsKnown('finished')
  t.same(caller.detector.tick(caller.nowMs), [])
  caller.detector.replyReady()
  t.equal(caller.detector.tick(caller.nowMs)[0]?.type, 'ended')
  t.equal(caller.detector.hearing.name, 'quiet')
})

test('words and readiness of an earlier pause do not count for a later one', async (t) => {
  const caller = new Driver()
  caller.sttMs = undefined
  caller.speech(960).silence(320)
  caller.detector.wordsKnown('finished')
  caller.detector.replyReady()
  caller.speech(320).silence(5000)
  t.same(caller.types, ['started', 'sustained', 'paused', 'resumed', 'paused'])
})

test('a caller who pauses long is waited for longer', async (t) => {
  const caller = new Driver()
  Object.assign(caller, { sttMs: 0, replyMs: 0, words: 'hanging' })
  for (let i = 0; i < 4; i++) caller.speech(960).silence(900)
  caller.words = 'finished'
  const endMs = caller.speech(960).nowMs
  caller.silence(3000)
  const waitedMs = caller.at('ended') - endMs
  t.ok(waitedMs >= 950 && waitedMs <= 1200, `${waitedMs} ms for a caller who pauses 900`)
})

test('the budget bounds the questions of a stammering caller, and long pauses are always asked about', async (t) => {
  const stammer = new Driver({ requestsPerSpeechSecond: 1 })
  for (let i = 0; i < 60; i++) stammer.speech(128).silence(192)
  const asked = stammer.types.filter((type) => type === 'paused').length
  t.ok(asked <= 2 + 60 * 0.128 + 1, `${asked} questions in ${60 * 0.128} s of speech`)
  stammer.silence(400)
  t.equal(stammer.types.at(-1), 'paused')
})

test('without speculation words are asked for when the turn looks over', async (t) => {
  const caller = new Driver({ speculate: false }).speech(960).silence(3000)
  t.ok(caller.at('paused') - 960 >= DEFAULT_TURN_TAKING.waitMs.unclear)
  t.equal(caller.types.at(-1), 'ended')
})

test('property: whatever is heard, every pause is asked about at most once, and a turn ends at most once per start', async () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 40 })), { maxLength: 60 }), fc.integer({ min: 0, max: 400 }), (stretches, sttMs) => {
    const caller = new Driver()
    caller.sttMs = sttMs
    for (const [probability, chunks] of stretches) caller.hear(chunks * CHUNK_MS, probability)
    let open = false
    let asked = false
    for (const type of caller.types) {
      if (type === 'started') { if (open) throw new Error('started twice'); open = true; asked = false }
      if (type === 'paused') { if (!open || asked) throw new Error('asked twice'); asked = true }
      if (type === 'resumed') { if (!asked) throw new Error('resumed unasked'); asked = false }
      if (type === 'ended') { if (!open || !asked) throw new Error('ended unasked'); open = false }
    }
  }), { numRuns: 300 })
})
