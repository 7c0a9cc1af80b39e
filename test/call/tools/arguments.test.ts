import { test } from 'tap'
import { checkParameters, validateToolArguments } from '../../../src/call/tools/arguments.ts'

const parameters = {
  type: 'object',
  properties: { id: { type: 'string', minLength: 2 }, count: { type: 'integer' }, pattern: { type: 'object', properties: { on: { type: 'boolean' } } } },
  required: ['id'],
  additionalProperties: false
}

test('arguments as the model writes them', async (t) => {
  t.same(validateToolArguments({ parameters }, '{"id":"ab","count":3}'), { ok: true, args: { id: 'ab', count: 3 } })
  t.same(validateToolArguments({ parameters }, '{"id":"ab","count":"3","pattern":{"on":"true"}}'), { ok: true, args: { id: 'ab', count: 3, pattern: { on: true } } }, 'numbers in quotes')
  t.same(validateToolArguments({ parameters: { type: 'object' } }, ''), { ok: true, args: {} }, 'none')
})

test('what is wrong is said in words', async (t) => {
  const problem = (json: string) => {
    const result = validateToolArguments({ parameters }, json)
    return result.ok ? undefined : result.problem
  }
  t.equal(problem('{"id":'), 'they are not JSON')
  t.equal(problem('[1]'), 'they are not an object')
  t.equal(problem('null'), 'they are not an object')
  t.equal(problem('{}'), "they must have required property 'id'")
  t.equal(problem('{"id":"a","count":"x"}'), 'id must NOT have fewer than 2 characters; count must be integer')
  t.equal(problem('{"id":"ab","to":1}'), 'they must NOT have additional properties (to)')
  t.equal(problem('{"id":"ab","pattern":{"on":7}}'), 'pattern.on must be boolean')
})

test('a schema that cannot be used', async (t) => {
  t.equal(checkParameters(parameters), undefined)
  t.match(checkParameters({}), /schema of an object/)
  t.match(checkParameters({ type: 'object', $async: true }), /\$async/)
  t.match(checkParameters({ type: 'object', properties: { a: { patternProperties: {} } } }), /patternProperties/)
  t.match(checkParameters({ type: 'object', properties: { a: { type: 'object', $async: true } } }), /async/)
})
