import { test } from 'tap'
import fc from 'fast-check'
import { Endpoint } from '../../src/call/endpoint.ts'
import { DEFAULT_TURN_TAKING } from '../../src/call/turn-taking.ts'

const { waitMs } = DEFAULT_TURN_TAKING
const after = (...pausesMs: number[]): Endpoint => {
  const endpoint = new Endpoint(DEFAULT_TURN_TAKING)
  for (const pauseMs of pausesMs) endpoint.learnPause(pauseMs)
  return endpoint
}

test('a caller who has not paused is waited for as long as the words ask', (t) => {
  t.equal(after().waitMs('finished'), waitMs.finished)
  t.equal(after().waitMs('dictating'), waitMs.dictating)
  t.end()
})

test('one long pause is an accident, two are a habit', (t) => {
  t.equal(after(900).waitMs('finished'), waitMs.finished)
  t.equal(after(900, 800).waitMs('finished'), 950)
  t.equal(after(5000, 300, 300, 300).waitMs('finished'), waitMs.finished, 'a single search for a paper changes nothing')
  t.equal(after(100, 100, 100).waitMs('finished'), waitMs.finished, 'short pauses never shorten a wait')
  t.end()
})

test('a habit is forgotten when the caller has dropped it', (t) => {
  t.equal(after(900, 900, ...Array.from({ length: 7 }, () => 200)).waitMs('finished'), waitMs.finished)
  t.end()
})

test('property: never shorter than the words ask, never more than 700 ms longer', (t) => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 30 }), (pausesMs) => {
    const endpoint = after(...pausesMs)
    return (['finished', 'unclear', 'hanging'] as const).every((words) => {
      const ms = endpoint.waitMs(words)
      return ms >= waitMs[words] && ms <= waitMs[words] + 700
    })
  }))
  t.end()
})
