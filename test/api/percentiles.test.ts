import { test } from 'tap'
import fc from 'fast-check'
import { percentiles } from '../../src/api/percentiles.ts'

test('of counted values as of the values in order', async (t) => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (values, share) => {
    const counts = [...new Set(values)].map((_id) => ({ _id, count: values.filter((value) => value === _id).length }))
    const sorted = [...values].sort((a, b) => a - b)
    return percentiles(counts, { p: share }).p === sorted[Math.max(0, Math.ceil(share * values.length) - 1)]
  }))
  t.same(percentiles([], { p50: 0.5, p99: 0.99 }), { p50: 0, p99: 0 })
})
