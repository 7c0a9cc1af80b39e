import { test } from 'tap'
import { CallUsage, NOTHING, type Use } from '../src/usage.ts'

const use = (fields: Partial<Use>): Use => ({ ...NOTHING, stage: 'stt', provider: 'ears.example', model: 'm', requests: 1, ...fields })

test('adds up by stage, provider and model, what is still open included', async (t) => {
  const usage = new CallUsage()
  const [first, second, other] = [use({ audioSeconds: 1.2345 }), use({ audioSeconds: 2 }), use({ stage: 'llm', provider: 'mind.example', inputTokens: 5 })]
  for (const each of [first, second, other]) usage.begin(each)
  usage.end(first)
  second.audioSeconds = 3
  t.same(usage.rows, [
    { stage: 'stt', provider: 'ears.example', model: 'm', requests: 2, audioSeconds: 4.235 },
    { stage: 'llm', provider: 'mind.example', model: 'm', requests: 1, inputTokens: 5 }
  ])
  usage.end(second)
  usage.end(second)
  t.match(usage.rows, [{ requests: 2, audioSeconds: 4.235 }, {}], 'nothing counts twice')
})

test('a call that is resumed goes on from what it had used', async (t) => {
  const usage = new CallUsage([{ stage: 'tts', provider: 'p', model: 'm', requests: 3, characters: 90, audioSeconds: 6 }])
  const more = use({ stage: 'tts', provider: 'p', characters: 10 })
  usage.begin(more)
  usage.end(more)
  t.same(usage.rows, [{ stage: 'tts', provider: 'p', model: 'm', requests: 4, audioSeconds: 6, characters: 100 }])
})

test('what cost nothing is not there', async (t) => {
  const usage = new CallUsage()
  const refused = use({ audioSeconds: 1 })
  usage.begin(refused)
  Object.assign(refused, NOTHING)
  usage.end(refused)
  t.same(usage.rows, [])
})
