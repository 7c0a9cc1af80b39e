import type { Stores } from '../store/stores.ts'
import type { Announcer } from './announcer.ts'

/** The same stores; what users want to be told of is watched before it is stored. */
export const announcedStores = (stores: Stores, announcer: Pick<Announcer, 'watch' | 'changed'>): Stores => {
  const { calls, messages, scheduledCalls } = stores
  return {
    ...stores,
    calls: {
      ...calls,
      async create (call) {
        await announcer.watch(call.userId, 'call', call.call_sid)
        return await calls.create(call)
      },
      async appendTurn (callSid, index, turn) {
        await calls.appendTurn(callSid, index, turn)
        announcer.changed('call', callSid)
      },
      async complete (callSid, end, resumeCount) {
        const call = await calls.complete(callSid, end, resumeCount)
        announcer.changed('call', callSid)
        return call
      },
      async resume (callSid, ...rest) {
        const call = await calls.findBySid(callSid)
        if (call !== undefined) await announcer.watch(call.userId, 'call', callSid)
        return await calls.resume(callSid, ...rest)
      }
    },
    messages: {
      ...messages,
      async receive (userId, message, answerAtMs) {
        await announcer.watch(userId, 'message', message.messageSid)
        return await messages.receive(userId, message, answerAtMs)
      }
    },
    scheduledCalls: {
      ...scheduledCalls,
      async release (leased, change, againMs) {
        if (change.status !== undefined) await announcer.watch(leased.schedule.userId, 'schedule', leased.schedule._id)
        return await scheduledCalls.release(leased, change, againMs)
      }
    }
  }
}
