import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { EarshotError } from '../errors.ts'
import type { CallRecord } from '../store/calls.ts'
import { identityOf } from './authentication.ts'
import { CallChanges, type CallChange } from './call-changes.ts'
import type { ApiOptions } from './deps.ts'
import { idParams } from './lists.ts'
import { replies } from './replies.ts'

/** How soon a turn is seen. A watcher costs one query each time. */
const POLL_MS = 1_000
/** Proxies close a connection on which nothing comes for a minute. */
const KEEP_ALIVE_MS = 15_000
/** Records that changed this long ago are looked at again: other processes' clocks may be that far off. */
const LOOK_BACK_MS = 10_000

const tags = ['Calls']
const { 200: _, ...errors } = replies(200, {})
const stream = {
  200: { description: 'Server-sent events', content: { 'text/event-stream': { schema: Type.Unsafe<Readable>({ type: 'string' }) } } },
  ...errors
}

/** Calls while they happen, as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), on whatever process they are. */
export const callEventRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps: { stores: { calls }, clock } }) => {
  const watchers = new Set<() => void>()
  // A connection that never ends by itself would keep the server from closing.
  app.addHook('preClose', async () => { for (const end of watchers) end() })

  /** @param look the records that may have changed; undefined ends the stream */
  const watch = (changes: CallChanges, look: () => Promise<CallRecord[] | undefined>): Readable => {
    const ending = new AbortController()
    const end = () => ending.abort()
    const pause = () => new Promise<void>((resolve) => {
      const done = () => {
        timer.cancel()
        ending.signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = clock.setTimeout(done, POLL_MS)
      ending.signal.addEventListener('abort', done)
    })
    const events = async function * (): AsyncGenerator<string> {
      // Tells the browser that it is connected, and when to try again.
      yield `retry: ${POLL_MS}\n\n`
      for (let lastAtMs = clock.now(); !ending.signal.aborted; await pause()) {
        const found = await look().catch(() => [])
        if (found === undefined) return
        const news = changes.next(found)
        if (news.length > 0 || clock.now() - lastAtMs >= KEEP_ALIVE_MS) {
          lastAtMs = clock.now()
          yield news.length > 0 ? news.map(eventText).join('') : ': still here\n\n'
        }
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
      description: '"call" for a new call, "turn" for each turn as it is stored, "end" for a call that is over. What happened before the connection is not told: list the calls for that.',
      produces: ['text/event-stream'],
      response: stream
    }
  }, async (request, reply) => {
    const { userId } = identityOf(request)
    const look = async () => (await calls.list(userId, { filter: { $or: [{ status: 'active' }, { updated_at: { $gte: new Date(clock.now() - LOOK_BACK_MS) } }] }, limit: 100 })).items
    const changes = new CallChanges()
    changes.skip(await look())
    return await reply.headers(HEADERS).send(watch(changes, look))
  })

  app.get('/:id/events', {
    schema: {
      tags,
      summary: 'Watch a call',
      description: '"call", then "turn" for each of its turns, those there already first, and "end", after which the stream ends.',
      produces: ['text/event-stream'],
      params: idParams,
      response: stream
    }
  }, async (request, reply) => {
    const { userId } = identityOf(request)
    const { id } = request.params
    if (await calls.find(userId, id) === undefined) throw new EarshotError('not_found')
    let over = false
    return await reply.headers(HEADERS).send(watch(new CallChanges(), async () => {
      if (over) return undefined
      const call = await calls.find(userId, id)
      over = call?.status !== 'active'
      return call && [call]
    }))
  })
}

/** Neither a cache nor a proxy may hold events back. */
const HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' }

const eventText = ({ event, id, data }: CallChange): string => `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`
