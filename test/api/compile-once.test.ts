import { test } from 'tap'
import { compileOnce } from '../../src/api/compile-once.ts'

test('what is equal is compiled once, what differs each by itself', (t) => {
  let compiled = 0
  const compile = compileOnce((schema) => ({ n: ++compiled, schema }))
  t.equal(compile({ type: 'string' }), compile({ type: 'string' }))
  t.not(compile({ type: 'string' }), compile({ type: 'string', maxLength: 1 }))
  t.equal(compiled, 2)
  t.end()
})
