import { test } from 'tap'
import fc from 'fast-check'
import { containing } from '../../src/api/lists.ts'

test('a search finds the words as they are, in any case, whatever signs they have', async (t) => {
  fc.assert(fc.property(fc.string(), fc.string({ minLength: 1 }), fc.string(), (before, words, after) => containing(words).test(before + words + after)))
  t.ok(containing('HELLO').test('oh, hello there'))
  t.notOk(containing('h.llo').test('hello'))
  t.notOk(containing('a|b').test('a'))
})
