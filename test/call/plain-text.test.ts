import fc from 'fast-check'
import { test } from 'tap'
import { plainText } from '../../src/call/plain-text.ts'

test('marks go, words stay', async (t) => {
  const cases: Array<[marked: string, plain: string]> = [
    ['**bold**, *slanted*, ~~gone~~, __also__, _so_, `code`', 'bold, slanted, gone, also, so, code'],
    ['half **of a pair', 'half of a pair'],
    ['of a pair** here', 'of a pair here'],
    ['# A title\n> quoted\n- one\n* two\n+ three\n- [x] done', 'A title\nquoted\none\ntwo\nthree\ndone'],
    ['1. first\n2. second', '1. first\n2. second'],
    ['a\n---\n***\n```ts\nlet x\n```', 'a\nlet x'],
    ['[our page](https://example.com/a_(b)) and ![a cat](cat.png "Tom")', 'our page and a cat'],
    ['more about it](https://example.com) here', 'more about it here'],
    ['a note[^1] and [a word][ref]', 'a note and a word'],
    ['<https://example.com> <b>bold</b><br/>', 'https://example.com bold'],
    ['\\*not bold\\*', 'not bold'],
    ['Great 😊! 👩‍👩‍👧 👍🏽 🇩🇪 1️⃣ ♪', 'Great! 1'],
    ['see you :) soon ;-)', 'see you soon'],
    ['20 °C, order_id, 5 * 3, *67, press # now, a < b', '20 °C, order_id, 5 * 3, *67, press # now, a < b'],
    ['क्‍ष می‌خواهم', 'क्‍ष می‌خواهم']
  ]
  for (const [marked, plain] of cases) t.equal(plainText(marked), plain, marked)
})

test('it never grows, and plain text stays', async (t) => {
  const text = fc.array(fc.oneof(fc.constantFrom('*', '**', '_', '`', '[', '](', ')', '#', '# ', '\n', '- ', '|', '😀', '\u200D', ':)', '<b', '>', 'a', 'word', '1', ' ', '\\', '~'), fc.string({ maxLength: 4, unit: 'grapheme' })), { maxLength: 40 }).map((parts) => parts.join(''))
  fc.assert(fc.property(text, (marked) => {
    const plain = plainText(marked)
    if (plain.length > marked.length) throw new Error('grown')
    if (plainText(plain) !== plain) throw new Error(`not plain yet: ${plain}`)
  }), { numRuns: 3000 })
})

test('hostile text takes no time', async (t) => {
  for (const part of ['[', '](', '*a', '<a ', '#', '`', '|-', '\n\n ', ':)']) {
    const startMs = performance.now()
    plainText(part.repeat(3000))
    t.ok(performance.now() - startMs < 10_000, part)
  }
})
