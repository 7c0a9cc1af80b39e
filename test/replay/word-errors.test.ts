import { test } from 'tap'
import { wordErrors } from '../../src/replay/word-errors.ts'

test('counts the words to put in, leave out and replace, whatever their case and punctuation', async (t) => {
  const counts: Array<[heard: string, said: string, errors: number, words: number]> = [
    ['hello there', 'Hello, there!', 0, 2],
    ['hello', 'Hello there.', 1, 2],
    ['oh hello there', 'Hello there.', 1, 2],
    ['hello bear', 'Hello there.', 1, 2],
    ['', 'Hello there.', 2, 2],
    ['hello', '', 1, 0],
    ['one three two', 'one two three', 2, 3]
  ]
  for (const [heard, said, errors, words] of counts) t.same(wordErrors(heard, said), { errors, words }, `${heard} / ${said}`)
})
