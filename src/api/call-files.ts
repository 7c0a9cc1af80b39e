import send from '@fastify/send'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { Type, type Static } from 'typebox'
import { folderOf, type FileKind } from '../archive/call-files.ts'
import { EarshotError } from '../errors.ts'
import { identityOf } from './authentication.ts'
import type { ApiOptions } from './deps.ts'
import { idParams } from './lists.ts'
import { replies } from './replies.ts'

const tags = ['Calls']
const PartQuery = Type.Object({
  part: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, description: 'Which of the call\'s streams, where it was resumed; the first when left out' }))
}, { additionalProperties: false })
const { 200: _, ...errors } = replies(200, {})
const file = (type: string) => ({ description: 'The file', content: { [type]: { schema: Type.Unsafe<Readable>({ type: 'string' }) } } })

const TYPES: Record<FileKind, string> = { tapes: 'application/x-ndjson', recordings: 'audio/wav' }
const WORDS: Record<FileKind, string> = { tapes: 'tape', recordings: 'recording' }

interface FileRequest { raw: IncomingMessage, params: Static<typeof idParams>, query: Static<typeof PartQuery> }

/** The files that calls leave, for their owner. */
export const callFileRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps: { stores: { calls }, config } }) => {
  /** Sends a file, or the part of it that is asked for. @throws EarshotError `not_found`, `range_not_satisfiable` */
  const sendFile = async (userId: string, { raw, params, query: { part = 1 } }: FileRequest, reply: FastifyReply, kind: FileKind, disposition: 'attachment' | 'inline') => {
    const call = await calls.find(userId, params.id)
    if (call === undefined) throw new EarshotError('not_found')
    const named = call[kind]?.find((each) => each.part === part)
    if (named === undefined) throw new EarshotError('not_found', `There is no ${WORDS[kind]} of this call${part === 1 ? '' : ` with part ${part}`}.`)
    const { type, statusCode, headers, stream } = await send(raw, named.file, { root: folderOf(config.DATA_DIR, kind), contentType: false, cacheControl: false })
    if (statusCode === 416) {
      reply.header('content-range', headers['Content-Range'])
      throw new EarshotError('range_not_satisfiable')
    }
    if (type !== 'file') throw new EarshotError('not_found', `The ${WORDS[kind]} is not on this server's disk: ask the one that carried the call.`)
    return await reply.code(statusCode).headers({
      ...headers,
      'content-type': TYPES[kind],
      'content-disposition': `${disposition}; filename="${named.file}"`,
      // For the browser that asked, and asked for again each time.
      'cache-control': 'private, no-cache'
    }).send(stream)
  }

  app.get('/:id/tape', {
    schema: {
      tags,
      summary: 'Download the tape of a call',
      description: 'For "npm run replay", where the agent keeps tapes (recordTape).',
      produces: [TYPES.tapes],
      params: idParams,
      querystring: PartQuery,
      response: { 200: file(TYPES.tapes), ...errors }
    }
  }, async (request, reply) => await sendFile(identityOf(request).userId, request, reply, 'tapes', 'attachment'))

  app.get('/:id/recording', {
    schema: {
      tags,
      summary: 'Download or play the recording of a call',
      description: 'A WAV file in stereo, 8 kHz, G.711 μ-law: the caller left, the agent right. Parts of it by HTTP ranges; also while the call goes on, as far as it has been written.',
      produces: [TYPES.recordings],
      params: idParams,
      querystring: PartQuery,
      response: { 200: file(TYPES.recordings), 206: file(TYPES.recordings), ...errors }
    }
  }, async (request, reply) => await sendFile(identityOf(request).userId, request, reply, 'recordings', 'inline'))
}
