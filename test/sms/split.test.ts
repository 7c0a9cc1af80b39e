import fc from 'fast-check'
import { test } from 'tap'
import { splitText, typewritten } from '../../src/sms/split.ts'

test('a text that fits is one message, and plain marks keep it cheap', async (t) => {
  t.same(splitText('Yes.', 3), ['Yes.'])
  t.same(splitText('', 3), [])
  t.equal(typewritten(' “It’s” – well… 5 €\u00a0'), '"It\'s" - well... 5 €')
  t.equal(splitText('x'.repeat(1_530), 3).length, 1)
  t.equal(splitText('x'.repeat(1_531), 3).length, 2)
  t.equal(splitText('€'.repeat(765), 3).length, 1, 'the extension counts twice')
  t.equal(splitText('€'.repeat(766), 3).length, 2)
  t.equal(splitText('ж'.repeat(670), 3).length, 1)
  t.equal(splitText('ж'.repeat(671), 3).length, 2)
})

test('a long text is cut where sentences end, and numbered', async (t) => {
  const sentence = `${'word '.repeat(19)}word. `
  const parts = splitText(sentence.repeat(30), 3)
  t.equal(parts.length, 2)
  t.match(parts[0], /^\(1\/2\) word.*word\.$/s)
  t.match(parts[1], /^\(2\/2\) word.*word\.$/s)
  t.match(splitText(sentence.repeat(100), 3)[2], /^\(3\/3\) .*\.\.\.$/s)
})

test('whatever is split: every part is within the limits, and nothing is lost but space', async (t) => {
  const squeeze = (text: string) => text.replace(/\s+/g, '')
  await fc.assert(fc.asyncProperty(fc.array(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.constantFrom('. ', ' word', '\n', '😀', 'ж')), { maxLength: 60 }), async (pieces) => {
    const text = pieces.join('').trim()
    const parts = splitText(text, 1_000)
    for (const part of parts) {
      t.ok(part.length <= 1_600 && part !== '' && !/[\ud800-\udbff]$/.test(part))
    }
    t.equal(squeeze(parts.map((part) => parts.length === 1 ? part : part.replace(/^\(\d+\/\d+\) /, '')).join('')), squeeze(text))
  }), { numRuns: 60 })
})
