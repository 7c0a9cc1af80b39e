import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { EarshotError } from '../errors.ts'
import type { CallRecord } from '../store/calls.ts'
import { CallActivityWatch } from '../twilio/call-activity.ts'
import { identityOf } from './authentication.ts'
import { CallChanges, type CallChange } from './call-changes.ts'
import type { ApiOptions } from './deps.ts'
import { idParams } from './lists.ts'
import { replies } from './replies.ts'

/** How soon a turn and what goes on is seen. Who watches costs one query each time, or two when a call is on another process. */
const LOOK_EVERY_MS = 500
/** The same for all calls of a user. */
const LOOK_AT_ALL_EVERY_MS = 1_000
/** Proxies close a connection on which nothing comes for a minute. */
const KEEP_ALIVE_MS = 15_000
/** Records that changed this long ago are looked at again: other processes' clocks may be that far off. */
const LOOK_BACK_MS = 10_000

/** Of the events. */
const ACTIVITY = '"activity" for what goes on in an active call whenever that has changed: `{ "call_id": "…", "state": "agent_speaking", "caller_words": "", "agent_words": "We open at" }`. ' +
  'The state is listening, caller_speaking, thinking, agent_speaking or ending. The words are those that no turn has yet: what the caller is understood to have said, which may still change or come to nothing, and what has been heard of what the agent says.'

const tags = ['Calls']
const { 200: _, ...errors } = replies(200, {})
const stream = {
  200: { description: 'Server-sent events', content: { 'text/event-stream': { schema: Type.Unsafe<Readable>({ type: 'string' }) } } },
  ...errors
}

/** Calls while they happen, as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), on whatever process they are. */
export const callEventRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps }) => {
  const { stores: { calls }, clock } = deps
  const watchers = new Set<() => void>()
  // A connection that never ends by itself would keep the server from closing.
  app.addHook('preClose', async () => { for (const end of watchers) end() })

  /**
   * @param known the calls as they were just now
   * @param look the records that may have changed; undefined ends the stream
   */
  const watch = (userId: string, changes: CallChanges, known: CallRecord[], look: () => Promise<CallRecord[] | undefined>, everyMs: number): Readable => {
    const activityWatch = new CallActivityWatch(deps, userId)
    const ending = new AbortController()
    const end = () => ending.abort()
    const pause = () => new Promise<void>((resolve) => {
      const done = () => {
        timer.cancel()
        ending.signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = clock.setTimeout(done, everyMs)
      ending.signal.addEventListener('abort', done)
    })
    const events = async function * (): AsyncGenerator<string> {
      // Tells the browser that it is connected, and when to try again.
      yield `retry: ${everyMs}\n\n`
      try {
        for (let lastAtMs = clock.now(); !ending.signal.aborted; await pause()) {
          const activities = await activityWatch.look(known.filter(({ status }) => status === 'active').map(({ call_sid: callSid }) => callSid)).catch(() => new Map())
          const found = await look().catch(() => [])
          if (found === undefined) return
          known = found
          const news = changes.next(found, activities)
          if (news.length > 0 || clock.now() - lastAtMs >= KEEP_ALIVE_MS) {
            lastAtMs = clock.now()
            yield news.length > 0 ? news.map(eventText).join('') : ': still here\n\n'
          }
        }
      } finally {
        // Should the database be away, it expires.
        await activityWatch.close().catch(() => {})
      }
    }
    const readable = Readable.from(events(), { objectMode: false })
    watchers.add(end)
    readable.once('close', () => {
      end()
      watchers.delete(end)
    })
    return readable
  }

  app.get('/events', {
    schema: {
      tags,
      summary: 'Watch all calls',
      description: `"call" for a new call, "turn" for each turn as it is stored, "end" for a call that is over. What happened before the connection is not told: list the calls for that. ${ACTIVITY}`,
      produces: ['text/event-stream'],
      response: stream
    }
  }, async (request, reply) => {
    const { userId } = identityOf(request)
    const look = async () => (await calls.list(userId, { filter: { $or: [{ status: 'active' }, { updated_at: { $gte: new Date(clock.now() - LOOK_BACK_MS) } }] }, limit: 100 })).items
    const changes = new CallChanges()
    const known = await look()
    changes.skip(known)
    return await reply.headers(HEADERS).send(watch(userId, changes, known, look, LOOK_AT_ALL_EVERY_MS))
  })

  app.get('/:id/events', {
    schema: {
      tags,
      summary: 'Watch a call',
      description: `"call", then "turn" for each of its turns, those there already first, and "end", after which the stream ends. ${ACTIVITY}`,
      produces: ['text/event-stream'],
      params: idParams,
      response: stream
    }
  }, async (request, reply) => {
    const { userId } = identityOf(request)
    const { id } = request.params
    const known = await calls.find(userId, id)
    if (known === undefined) throw new EarshotError('not_found')
    let over = false
    return await reply.headers(HEADERS).send(watch(userId, new CallChanges(), [known], async () => {
      if (over) return undefined
      const call = await calls.find(userId, id)
      over = call?.status !== 'active'
      return call && [call]
    }, LOOK_EVERY_MS))
  })
}

/** Neither a cache nor a proxy may hold events back, and a connection that outlives its stream would keep the server from closing. */
const HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no', connection: 'close' }

const eventText = ({ event, id, data }: CallChange): string => `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`
