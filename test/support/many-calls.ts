import { join } from 'node:path'
import { hashPassword } from '../../src/api/password.ts'
import { systemClock } from '../../src/clock.ts'
import type { CallRecord } from '../../src/store/calls.ts'
import { rewrite } from '../../src/store/data-file.ts'
import { createId } from '../../src/store/id.ts'
import { openStores } from '../../src/store/open.ts'

const DAY_MS = 24 * 3_600_000

/** Puts a user with many ended calls, a minute apart, into a data folder that no gateway has open. */
export const seedManyCalls = async (dataDir: string, { email, password, count }: { email: string, password: string, count: number }): Promise<void> => {
  const stores = await openStores({ dataDir, clock: systemClock })
  const { _id: userId } = await stores.users.create({ email, passwordHash: await hashPassword(password) })
  await stores.close()
  const firstMs = systemClock.now() - DAY_MS - count * 60_000
  // One file at once: ten thousand appends take four seconds.
  const calls = await rewrite(join(dataDir, 'db', 'calls.db'), Array.from({ length: count }, (_, n): CallRecord => {
    const start = new Date(firstMs + n * 60_000)
    return {
      _id: createId(start.getTime()),
      userId,
      call_sid: `CA${String(n).padStart(32, '0')}`,
      session_id: String(n),
      from_number: `+1202555${String(n % 10_000).padStart(4, '0')}`,
      to_number: '+12025550142',
      agent_id: '',
      status: 'completed',
      direction: 'incoming',
      start_time: start,
      end_time: new Date(start.getTime() + 42_000),
      duration_seconds: 42,
      end_reason: 'caller_hung_up',
      transcript: [],
      turn_count: 0,
      created_at: start,
      updated_at: start
    }
  }))
  await calls.adopt()
}
