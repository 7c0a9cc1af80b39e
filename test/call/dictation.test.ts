import { test } from 'tap'
import { dictation, type Dictation } from '../../src/call/dictation.ts'
import { wordsFor } from '../../src/call/words/index.ts'
import { toWords } from '../../src/call/words/phrase-set.ts'

const judge = (text: string, language = 'en'): Dictation | undefined => dictation(toWords(text), wordsFor(language))

test('digits count towards the number that is expected', async (t) => {
  t.equal(judge('my phone number is 555 123 456'), 'dictating')
  t.equal(judge('my phone number is 555-123-4567'), 'finished')
  t.equal(judge('my zip code is 9021'), 'dictating')
  t.equal(judge('my zip code is 90210'), 'finished')
  t.equal(judge('mi teléfono es 612 345 67', 'es'), 'dictating')
  t.equal(judge('mi teléfono es 612 345 678', 'es'), 'finished')
  t.equal(judge('the area code is two one two'), 'finished')
})

test('words for digits', async (t) => {
  t.equal(judge('area code five one'), 'dictating')
  t.equal(judge('area code twenty three'), 'dictating', 'two digits')
  t.equal(judge('area code twenty thirty'), 'finished', 'four')
  t.equal(judge('area code double five one'), 'finished', 'three')
  t.equal(judge('Postleitzahl eins null eins eins', 'de'), 'dictating')
  t.equal(judge('Postleitzahl eins null eins eins fünf', 'de'), 'finished')
})

test('an amount, a time, a date or a count is not dictated', async (t) => {
  for (const text of ['a table for two', 'at 7:30', 'it costs $450', 'on May 5', 'on May 5, 2024', 'in 2024', 'I have 300 of them', 'I need 300', 'plan b', 'two thousand twenty four']) t.equal(judge(text), undefined, text)
  t.equal(judge('two'), 'number')
  t.equal(judge('um, 12'), 'number')
})

test('letters', async (t) => {
  t.equal(judge('it is spelled s m'), 'dictating')
  t.equal(judge('S-M-I'), 'dictating')
  t.equal(judge('the order code is A 5'), 'dictating')
  t.equal(judge('give me a 5'), undefined)
})

test('e-mail addresses', async (t) => {
  for (const text of ['my email is anna', 'my email is anna at', 'my email is anna at gmail', 'my email is anna at example dot', 'anna dot', 'anna at gmail', 'anna@', 'anna@example', 'anna underscore']) t.equal(judge(text), 'dictating', text)
  for (const text of ['my email is anna at example dot com', 'anna@example.com', 'it is anna dot smith at gmail dot com']) t.equal(judge(text), 'finished', text)
  for (const text of ['can you send me an email', 'we met at noon', 'it has a red dot', 'my email is broken I cannot get into it any more since monday']) t.equal(judge(text), undefined, text)
  t.equal(judge('ana arroba ejemplo punto', 'es'), 'dictating')
  t.equal(judge('ana arroba ejemplo punto es', 'es'), 'finished')
})
