import fc from 'fast-check'
import { test } from 'tap'
import { speechPieces } from '../../src/local-speech/speech-pieces.ts'

test('sentences are spoken one by one; the first clause of the first one alone, so that it begins early', (t) => {
  t.same(speechPieces('Thanks for calling, how can I help you today?'), ['Thanks for calling,', 'how can I help you today?'])
  t.same(speechPieces('Your table is booked. We look forward to it!'), ['Your table is booked.', 'We look forward to it!'])
  t.same(speechPieces('Yes, of course, we are open.'), ['Yes, of course, we are open.'])
  t.end()
})

test('later clauses are cut only out of long sentences; short sentences and abbreviations go on', (t) => {
  t.same(speechPieces('Your table is booked. It is by the window, as you asked. Bye.'), ['Your table is booked.', 'It is by the window, as you asked.', 'Bye.'])
  t.same(speechPieces('Your table is booked. We are at the corner of Main Street and the second avenue on the left, and we are open until ten.'),
    ['Your table is booked.', 'We are at the corner of Main Street and the second avenue on the left,', 'and we are open until ten.'])
  t.same(speechPieces('Dr. Smith is in. It costs 3.50 dollars.'), ['Dr. Smith is in.', 'It costs 3.50 dollars.'])
  t.end()
})

test('what has no letter or digit is left out', (t) => {
  for (const text of ['', '   ', '…', '?!', '— —']) t.same(speechPieces(text), [], text)
  t.end()
})

test('no word is lost or moved, and no piece is too long for the voice to begin soon', (t) => {
  const text = fc.array(fc.oneof(fc.constantFrom('yes,', 'well', 'Mr.', '3.50', 'fine!', '(so)', 'day."'), fc.stringMatching(/^[a-z]{1,400}$/)), { minLength: 1, maxLength: 60 })
  fc.assert(fc.property(text, (words) => {
    const pieces = speechPieces(words.join(' '))
    t.equal(pieces.join('').replaceAll(' ', ''), words.join(''), { quiet: true })
    t.ok(pieces.every(({ length }) => length <= 2 * 240), { quiet: true })
  }))
  t.end()
})
