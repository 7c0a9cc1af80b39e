import { test } from 'tap'
import { phraseSeam, seamAt, type Seam } from '../../src/call/sentence-end.ts'
import { wordsFor } from '../../src/call/words/index.ts'

const seam = (before: string, after: string, complete = true, language = 'en'): Seam | undefined =>
  seamAt(before, after, complete, wordsFor(language), language)

test('every kind of seam', async (t) => {
  t.equal(seam('I am here. ', 'You'), 'sentence')
  t.equal(seam('I am here; ', 'you'), 'clause')
  t.equal(seam('I am here, ', 'you'), 'comma')
  t.equal(seam('I am here ', 'now'), 'space')
  t.equal(seam('我在这里。', '你'), 'sentence')
  t.equal(seam('Dr. ', 'Smith'), 'tight')
  t.equal(seam('a heading\n', 'text'), 'sentence')
  t.equal(seam('1.\n', 'Text'), 'sentence')
})

test('a full stop before a small letter may be an abbreviation nobody listed', async (t) => {
  t.equal(seam('the misc. ', 'things'), 'clause')
  t.equal(seam('the misc. ', 'Things'), 'sentence')
})

test('what cannot be told from half a word is not told', async (t) => {
  t.equal(seam('at 3 p.m. ', 'I', false), undefined)
  t.equal(seam('at 3 p.m. ', 'Is'), 'sentence')
  t.equal(seam('at 3 p.m. ', 'Is-land'), 'sentence')
  t.equal(seam('at 3 p.m. ', 'Island'), 'tight')
  t.equal(seam('I am here. ', '“', false), undefined)
  t.equal(seam('I am here. ', '\uD83D', false), undefined)
  t.equal(seam('I am here. ', 'Y', false), 'sentence')
})

test('German ordinals', async (t) => {
  t.equal(seam('am 3. ', 'Mai', true, 'de'), 'tight')
  t.equal(seam('um 15. ', 'Wir', true, 'de'), 'sentence')
  t.equal(seam('there are 3. ', 'Mine'), 'sentence')
})

test('phrases begin with function words', async (t) => {
  const words = wordsFor('en')
  t.equal(phraseSeam('I am here ', 'and', words), 'conjunction')
  t.equal(phraseSeam('I am here ', 'with', words), 'phrase')
  t.equal(phraseSeam('I am here ', 'now', words), 'space')
  t.equal(phraseSeam('I am with ', 'the', words), 'space', 'between function words there is no seam')
  t.equal(phraseSeam('I am here at 3 ', 'o’clock', words), 'tight', 'a number and its unit')
  t.equal(phraseSeam('I am here ', 'with', wordsFor('pt')), 'space')
})
