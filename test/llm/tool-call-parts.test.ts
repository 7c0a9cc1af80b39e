import { test } from 'tap'
import fc from 'fast-check'
import { ToolCallParts } from '../../src/llm/tool-call-parts.ts'

test('calls come out as they went in, however their arguments are cut and whatever order the parts of two calls have', (t) => {
  fc.assert(fc.property(
    fc.uniqueArray(fc.record({ id: fc.uuid(), name: fc.stringMatching(/^[a-z_]{1,12}$/), pieces: fc.array(fc.string({ minLength: 1 }), { minLength: 1 }) }), { selector: ({ id }) => id, minLength: 1, maxLength: 4 }),
    (calls) => {
      const parts = new ToolCallParts()
      calls.forEach(({ id, name }, index) => parts.add({ index, id, function: { name, arguments: '' } }))
      const longest = Math.max(...calls.map(({ pieces }) => pieces.length))
      for (let n = 0; n < longest; n++) {
        calls.forEach(({ pieces }, index) => { if (pieces[n] !== undefined) parts.add({ index, function: { arguments: pieces[n]! } }) })
      }
      t.same(parts.finish(), calls.map(({ id, name, pieces }) => ({ id, name, arguments: pieces.join('') })), { quiet: true })
    }
  ), { numRuns: 50 })
  t.end()
})

test('servers that number nothing, repeat the id, or give none', (t) => {
  const unnumbered = new ToolCallParts()
  unnumbered.add({ id: 'a', function: { name: 'one', arguments: '{}' } })
  unnumbered.add({ id: 'b', function: { name: 'two', arguments: '{"x"' } })
  unnumbered.add({ id: 'b', function: { arguments: ':1}' } })
  t.same(unnumbered.finish(), [{ id: 'a', name: 'one', arguments: '{}' }, { id: 'b', name: 'two', arguments: '{"x":1}' }])

  const withoutIds = new ToolCallParts()
  withoutIds.add({ index: 0, function: { name: 'one' } })
  withoutIds.add({ index: 1, function: { name: 'two', arguments: '[]' } })
  t.same(withoutIds.finish(), [{ id: 'call_1', name: 'one', arguments: '{}' }, { id: 'call_2', name: 'two', arguments: '[]' }])
  t.same(new ToolCallParts().finish(), [])
  t.end()
})
