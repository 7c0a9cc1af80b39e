import { pino } from 'pino'
import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { EarshotError } from '../../src/errors.ts'
import { Reaper } from '../../src/twilio/reaper.ts'

test('calls without a stream are looked for again and again, also after a failure, until it is stopped', async (t) => {
  const clock = new VirtualClock(0)
  const askedAtMs: number[] = []
  const reaper = new Reaper({
    clock,
    log: pino({ level: 'silent' }),
    stores: {
      calls: {
        completeUnconnected: async (now) => {
          askedAtMs.push(now.getTime())
          if (askedAtMs.length === 2) throw new EarshotError('store_unavailable')
          return 1
        }
      }
    }
  })
  reaper.start()
  await clock.advance(100_000)
  t.same(askedAtMs, [30_000, 60_000, 90_000])
  await reaper.stop()
  await clock.advance(100_000)
  t.equal(askedAtMs.length, 3)
  t.equal(clock.pendingTimers, 0)
})
