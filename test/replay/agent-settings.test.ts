import { test } from 'tap'
import { readAgentSettings } from '../../src/replay/agent-settings.ts'

test('reads what an agent can be told, and names what it cannot', async (t) => {
  const dir = t.testdir({
    'good.json': '{"greeting":"Hi.","temperature":0,"turnTaking":{"idleMs":0}}',
    'typo.json': '{"temprature":1}',
    'number.json': '{"phoneNumber":"+15550100"}',
    'range.json': '{"temperature":3}',
    'text.json': 'Hi.'
  })
  t.same(await readAgentSettings(`${dir}/good.json`), { greeting: 'Hi.', temperature: 0, turnTaking: { idleMs: 0 } })
  for (const [name, message] of [
    ['typo', /typo\.json: temprature: not a setting of an agent\.$/],
    ['number', /phoneNumber: not a setting/],
    ['range', /range\.json: temperature: must be <= 2\.$/],
    ['text', /text\.json: not JSON\.$/],
    ['none', /none\.json: cannot be read\.$/]
  ] as const) await t.rejects(readAgentSettings(`${dir}/${name}.json`), { code: 'invalid', message })
})
