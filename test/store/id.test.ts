import { test } from 'tap'
import { createId } from '../../src/store/id.ts'

test('ids are 24 hexadecimal digits, ordered by the second, never twice', async (t) => {
  const ids = Array.from({ length: 1_000 }, () => createId(Date.UTC(2026, 0, 1)))
  t.equal(new Set(ids).size, 1_000)
  t.ok(ids.every((id) => /^[0-9a-f]{24}$/.test(id)))
  t.ok(createId(Date.UTC(2026, 0, 1)) < createId(Date.UTC(2026, 0, 1) + 1_000))
})
