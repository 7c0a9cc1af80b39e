import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { EarshotError } from '../errors.ts'
import { identityOf } from './authentication.ts'
import { callStream, type WatchedCalls } from './call-stream.ts'
import type { ApiOptions } from './deps.ts'
import { idParams } from './lists.ts'
import { replies } from './replies.ts'

/** How soon a turn and what goes on is seen. Who watches costs one query each time, or two when a call is on another process. */
const LOOK_EVERY_MS = 500
/** The same for all calls of a user. */
const LOOK_AT_ALL_EVERY_MS = 1_000
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

/** Neither a cache nor a proxy may hold events back, and a connection that outlives its stream would keep the server from closing. */
const HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no', connection: 'close' }

/** Calls while they happen, as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), on whatever process they are. */
export const callEventRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps }) => {
  const { stores: { calls }, clock } = deps
  const watchers = new Set<AbortController>()
  // A connection that never ends by itself would keep the server from closing.
  app.addHook('preClose', async () => { for (const watcher of watchers) watcher.abort() })

  const watch = (watched: WatchedCalls): Readable => {
    const watcher = new AbortController()
    watchers.add(watcher)
    const readable = Readable.from(callStream(deps, watched, watcher.signal), { objectMode: false })
    readable.once('close', () => {
      watcher.abort()
      watchers.delete(watcher)
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
    return await reply.headers(HEADERS).send(watch({ userId, known: await look(), fromStart: false, everyMs: LOOK_AT_ALL_EVERY_MS, look }))
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
    const look = async () => {
      if (over) return undefined
      const call = await calls.find(userId, id)
      over = call?.status !== 'active'
      return call && [call]
    }
    return await reply.headers(HEADERS).send(watch({ userId, known: [known], fromStart: true, everyMs: LOOK_EVERY_MS, look }))
  })
}
