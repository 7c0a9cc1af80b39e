import { test } from 'tap'
import { differenceText, GoldenRecorder } from '../../src/replay/golden.ts'
import { openVirtualGateway } from '../../src/virtual-gateway.ts'
import { VirtualClock } from '../../src/clock.ts'
import { folder } from '../support/folder.ts'
import { call, say, simulated } from '../support/build.ts'

test('what a call comes to is written down, the same every time, and a slower model shows', async (t) => {
  const run = async (firstTokenMs: number) => {
    const clock = new VirtualClock()
    const golden = new GoldenRecorder(clock)
    const gateway = await openVirtualGateway({ clock, dataDir: folder(t), recorder: golden, providers: (clock) => simulated(clock, { llm: { firstTokenMs } }) })
    t.teardown(() => gateway.close(0))
    await call(gateway, [{ do: 'listen' }, say('demo-1'), say('no', 800), { do: 'listen' }])
    return golden.text
  }
  const first = await run(350)
  for (const line of [/^ +0\.\d{3} audio 640 [0-9a-f]{16}$/m, /clear\n.* barge-in after \d+ ms$/m, /assistant: "You said: .*" interrupted$/m, /user: "No\."$/m, /closed caller_hung_up\n$/]) t.match(first, line)
  t.equal(differenceText(first, await run(350)), '')
  const changed = differenceText(first, await run(900))
  t.match(changed, /^- .*assistant: "You said/m)
  t.match(changed, /^\+ .*assistant: "You said/m)
})

test('a difference shows what changed, with a little around it', (t) => {
  const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `line ${from + i}\n`).join('')
  t.equal(differenceText(lines(0, 9), lines(0, 9)), '')
  t.same(differenceText(`${lines(0, 9)}old\n${lines(9, 20)}`, `${lines(0, 9)}new\n${lines(9, 20)}`).split('\n'),
    ['  … 7 more lines', '  line 7', '  line 8', '- old', '+ new', '  line 9', '  line 10', '  … 9 more lines'])
  const frames = Array.from({ length: 50 }, (_, i) => `    1.${100 + i} audio 640 ${i}\n`).join('')
  t.same(differenceText('', `${frames}    2.000 clear\n`).split('\n').map((line) => line.trim()).slice(2), ['+     1.102 audio 640 2', '+ … 47 more lines', '+     2.000 clear'])
  t.end()
})
