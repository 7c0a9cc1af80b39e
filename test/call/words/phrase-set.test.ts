import { test } from 'tap'
import { cover, PhraseSet, toWords } from '../../../src/call/words/phrase-set.ts'

test('words as they are spoken', async (t) => {
  t.same(toWords('Uh-huh… “Yes”, I’m OK!'), ['uh', 'huh', 'yes', "i'm", 'ok'])
  t.same(toWords('(555) 123-4567'), ['555', '123', '4567'])
  t.same(toWords('+1 at 7:30 for $4.50, 50% of Anna-B@example.com.'), ['1', 'at', '7:30', 'for', '$4.50', '50%', 'of', 'anna-b@example.com'])
  t.same(toWords('Mmmm, yeahhhh...'), ['mm', 'yeahh'])
  t.same(toWords('e\u0301te\u0301'), ['été'], 'composed')
  t.same(toWords(' … ?! - '), [])
})

test('phrases are found at a place, at the end, and as the whole', async (t) => {
  const set = new PhraseSet(['let me see', 'let', 'uh-huh'])
  t.equal(set.at(['let', 'me', 'see', 'it'], 0), 3, 'the longest')
  t.equal(set.at(['let', 'me'], 0), 1)
  t.equal(set.at(['let', 'me'], 1), 0)
  t.equal(set.end(['oh', 'let', 'me', 'see']), 3)
  t.equal(set.end(['let', 'it']), 0)
  t.ok(set.has(['uh', 'huh']))
  t.notOk(new PhraseSet([]).has([]))
})

test('a text is covered only when no word is left over', async (t) => {
  const kinds = { answer: new PhraseSet(['yes', 'no thank you']), filler: new PhraseSet(['um']) }
  t.same(cover(['um', 'no', 'thank', 'you', 'um'], kinds), ['filler', 'answer', 'filler'])
  t.equal(cover(['um', 'no', 'thank'], kinds), undefined)
  t.same(cover([], kinds), [])
})
