import { test } from 'tap'
import { readCaller, readCallers } from '../../src/replay/recorded-caller.ts'

test('reads the recorded callers of the repository', async (t) => {
  const callers = await readCallers('fixtures/callers')
  t.ok(callers.length >= 6)
  for (const { name, audio, speech } of callers) {
    t.ok(speech.startMs >= 0 && speech.endMs > speech.startMs && speech.endMs <= audio.length / 8, `${name}: ${speech.startMs} to ${speech.endMs} ms`)
  }
  t.equal(callers.find(({ name }) => name === 'demo-1')?.text, 'Hello. Something is terribly wrong.')
})

test('a recording alone will do; one that cannot be used is told by name', async (t) => {
  const dir = t.testdir({ 'a.ulaw': Buffer.alloc(800, 0x80), 'empty.ulaw': '', 'odd.ulaw': 'x', 'odd.json': '{"speech":[1]}' })
  t.match(await readCaller(`${dir}/a.ulaw`), { name: 'a', text: '', speech: { startMs: 0, endMs: 100 } })
  await t.rejects(readCaller(`${dir}/none.ulaw`), { code: 'not_found', message: /none\.ulaw/ })
  await t.rejects(readCaller(`${dir}/empty.ulaw`), { code: 'invalid', message: /empty\.ulaw: the recording is empty/ })
  await t.rejects(readCaller(`${dir}/odd.ulaw`), { code: 'invalid', message: /odd\.json: speech/ })
})
