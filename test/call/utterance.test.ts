import { test } from 'tap'
import fc from 'fast-check'
import { Utterance } from '../../src/call/utterance.ts'

const MS = 8
const say = (utterance: Utterance, text: string, ms: number): void => {
  utterance.beginPiece(text)
  utterance.append(new Uint8Array(ms * MS))
  utterance.endPiece()
}

test('what was heard of a piece is counted in whole words, by the share of its audio', (t) => {
  const utterance = new Utterance()
  say(utterance, 'Your table is booked', 2000)
  say(utterance, 'for eight tonight.', 1000)
  t.equal(utterance.text, 'Your table is booked for eight tonight.')
  t.equal(utterance.heardText(0), '')
  t.equal(utterance.heardText(100 * MS), '', 'less than a word')
  t.equal(utterance.heardText(990 * MS), 'Your', '"table" ends with the tenth of twenty characters')
  t.equal(utterance.heardText(1000 * MS), 'Your table')
  t.equal(utterance.heardText(1890 * MS), 'Your table is booked', 'all but its fading')
  t.equal(utterance.heardText(2000 * MS), 'Your table is booked')
  t.equal(utterance.heardText(2001 * MS), 'Your table is booked')
  t.equal(utterance.heardText(2600 * MS), 'Your table is booked for eight')
  t.equal(utterance.heardText(3000 * MS), utterance.text)
  t.end()
})

test('while a piece is still being synthesised its length is guessed, so half a sentence is not heard as all of it', (t) => {
  const utterance = new Utterance()
  const text = 'This is a rather long sentence that takes about four seconds.'
  utterance.beginPiece(text)
  utterance.append(new Uint8Array(500 * MS))
  t.equal(utterance.heardText(500 * MS), 'This is')
  utterance.append(new Uint8Array(9500 * MS))
  t.equal(utterance.heardText(5000 * MS), 'This is a rather long sentence', 'a slow voice: the audio that is there counts')
  t.end()
})

test('a piece that broke off was not heard as a whole, however much of its audio there is', (t) => {
  const utterance = new Utterance()
  say(utterance, 'Well then.', 1000)
  utterance.beginPiece('This is a rather long sentence that takes about four seconds.')
  utterance.append(new Uint8Array(2040 * MS))
  utterance.breakOff()
  t.equal(utterance.heardText(3040 * MS), 'Well then. This is a rather long sentence')
  say(utterance, 'I am sorry.', 1000)
  utterance.end()
  t.equal(utterance.heardText(4040 * MS), 'Well then. This is a rather long sentence I am sorry.')
  t.end()
})

test('words that are written without spaces are counted all the same', (t) => {
  const utterance = new Utterance()
  say(utterance, '您的桌子已经订好了', 1800)
  t.equal(utterance.heardText(900 * MS), '您的桌子')
  t.end()
})

test('nothing is said after the end', (t) => {
  const utterance = new Utterance()
  say(utterance, 'Goodbye.', 500)
  utterance.end()
  say(utterance, 'One moment, please.', 500)
  t.equal(utterance.text, 'Goodbye.')
  t.equal(utterance.speech.length, 500 * MS)
  t.equal(utterance.heardText(Infinity), 'Goodbye.')
  t.end()
})

const words = fc.array(fc.constantFrom('yes', 'I', 'tomorrow,', 'half past', 'eleven.', 'ça', '22'), { maxLength: 6 }).map((list) => list.join(' '))
const piece = fc.record({ text: words, chunks: fc.array(fc.integer({ min: 0, max: 8000 }), { maxLength: 4 }), ended: fc.boolean() })

test('property: hearing more never means fewer words, what was heard is how the text begins, and all audio is all of its words', (t) => {
  fc.assert(fc.property(fc.array(piece, { maxLength: 5 }), fc.boolean(), (pieces, ended) => {
    const utterance = new Utterance()
    for (const { text, chunks, ended } of pieces) {
      utterance.beginPiece(text)
      for (const bytes of chunks) utterance.append(new Uint8Array(bytes))
      if (ended) utterance.endPiece()
    }
    if (ended) utterance.end()
    let before = ''
    for (let bytes = 0; bytes <= utterance.speech.length; bytes += Math.max(1, Math.floor(utterance.speech.length / 97))) {
      const heard = utterance.heardText(bytes)
      if (!heard.startsWith(before)) throw new Error(`"${before}" became "${heard}"`)
      if (!utterance.text.startsWith(heard)) throw new Error(`"${heard}" is not how "${utterance.text}" begins`)
      if (heard !== '' && !['', ' '].includes(utterance.text.slice(heard.length, heard.length + 1))) throw new Error(`"${heard}" ends inside a word`)
      before = heard
    }
    if (utterance.heardText(0) !== '') throw new Error('heard before it sounded')
    const sounding = pieces.findLastIndex(({ chunks }) => chunks.some((bytes) => bytes > 0))
    const spoken = pieces.slice(0, sounding + 1).map(({ text }) => text).filter((text) => text !== '').join(' ')
    return !ended || utterance.heardText(utterance.speech.length) === spoken
  }), { numRuns: 300 })
  t.end()
})
