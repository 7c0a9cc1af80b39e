import { test } from 'tap'
import { DtmfCollector, type DtmfOptions } from '../../src/call/dtmf-collector.ts'
import { VirtualClock } from '../../src/clock.ts'

function collect (options?: DtmfOptions) {
  const clock = new VirtualClock()
  const texts: string[] = []
  const collector = new DtmfCollector(clock, (text) => texts.push(text), options)
  return { clock, texts, collector, press: (digits: string) => { for (const digit of digits) collector.press(digit) } }
}

test('# ends the input at once and is not part of it', async (t) => {
  const { clock, texts, press } = collect()
  press('12*3#')
  t.same(texts, ['The caller pressed 1 2 * 3 on the keypad.'])
  press('#')
  t.same(texts[1], 'The caller pressed # on the keypad.', 'alone it is the input')
  t.equal(clock.pendingTimers, 0, 'no timer left')
})

test('a pause after the last digit ends it; a digit in time prolongs it', async (t) => {
  const { clock, texts, press } = collect()
  press('1')
  await clock.advance(2400)
  press('2')
  await clock.advance(2400)
  t.same(texts, [])
  await clock.advance(200)
  t.same(texts, ['The caller pressed 1 2 on the keypad.'])
  press('3')
  await clock.advance(3000)
  t.equal(texts[1], 'The caller pressed 3 on the keypad.', 'and the next input begins afresh')
})

test('so does the count', async (t) => {
  const { clock, texts, press } = collect({ maxDigits: 4, terminator: '*', pauseMs: 1000 })
  press('12345')
  t.same(texts, ['The caller pressed 1 2 3 4 on the keypad.'])
  press('*')
  t.equal(texts[1], 'The caller pressed 5 on the keypad.')
  t.equal(clock.pendingTimers, 0, 'no timer left')
})

test('closed, it forgets', async (t) => {
  const { clock, texts, press, collector } = collect()
  press('12')
  collector.close()
  t.equal(clock.pendingTimers, 0, 'no timer left')
  await clock.advance(5000)
  t.same(texts, [])
})
