import { readFileSync } from 'node:fs'
import { test } from 'tap'
import { wordsFor } from '../../../src/call/words/index.ts'
import { toWords } from '../../../src/call/words/phrase-set.ts'

test('a language by its tag, in any spelling; an unknown one is empty', async (t) => {
  t.ok(wordsFor('en').answers.has(['yes']))
  t.equal(wordsFor('EN-us'), wordsFor('en'), 'built once')
  t.ok(wordsFor('de_AT').answers.has(['ja']))
  for (const language of ['pt', '', undefined, 'constructor', '__proto__']) {
    t.notOk(wordsFor(language).known, String(language))
    t.notOk(wordsFor(language).answers.has(['yes']))
  }
})

test('every list of every language can match', async (t) => {
  const load = (name: string): Record<string, unknown> => JSON.parse(readFileSync(new URL(`../../../src/call/words/${name}.json`, import.meta.url), 'utf8')) as Record<string, unknown>
  const english = load('en')
  for (const language of ['en', 'es', 'fr', 'de']) {
    const data = load(language)
    t.same(Object.keys(data), Object.keys(english), `${language} has the lists of en`)
    for (const [list, phrases] of Object.entries(data)) {
      if (!Array.isArray(phrases)) continue
      t.equal(new Set(phrases).size, phrases.length, `${language}.${list} has nothing twice`)
      const odd = phrases.filter((phrase: string) => phrase !== phrase.toLowerCase() || toWords(phrase).length === 0)
      t.same(odd, [], `${language}.${list}`)
    }
  }
})
