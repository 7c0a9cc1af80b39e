import { createHash, randomBytes } from 'node:crypto'
import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { HttpFetch, HttpResponse } from './call/tools/http-tool.ts'
import { EarshotError } from './errors.ts'

export interface SafeFetchOptions {
  /** Which addresses may be connected to. */
  isAllowedAddress?: (address: string) => boolean
  /** How names become addresses. */
  lookup?: LookupFunction
}

/** Azure's metadata and DNS service hides behind a public address (https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16). */
const DISGUISED = new Set(['168.63.129.16'])
/** 2000::/3 is all of IPv6 that is assigned to the internet (https://www.iana.org/assignments/ipv6-address-space). */
const GLOBAL_IPV6: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3]

/**
 * Whether an address belongs to the public internet: not private, loopback, link-local (where clouds keep their metadata), unique-local, shared (CGNAT),
 * multicast or reserved, and not an IPv6 address that carries an IPv4 one of these.
 */
export function isPublicAddress (address: string): boolean {
  if (isIP(address) === 0) return false
  // IPv4-mapped IPv6 becomes the IPv4 address it means; other ways of carrying one (NAT64, 6to4, Teredo) are ranges of their own.
  const parsed = ipaddr.process(address)
  if (parsed.range() !== 'unicast' || DISGUISED.has(parsed.toString())) return false
  return parsed instanceof ipaddr.IPv4 || parsed.match(...GLOBAL_IPV6)
}

/**
 * Opens a websocket and closes it again.
 * @throws {EarshotError} `forbidden` for an address that is not public, `provider_unavailable` when the handshake is not answered as it must be; the signal's reason when aborted
 */
export type TryWebSocket = (url: string, signal: AbortSignal) => Promise<void>

export interface SafeFetch {
  fetch: HttpFetch
  tryWebSocket: TryWebSocket
  /** Closes the connections that were kept open. */
  close (): Promise<void>
}

/**
 * HTTP for addresses that users choose. The name is resolved once, every address it has is checked, and the connection goes to one of those, so that a
 * second answer of the name server cannot lead it elsewhere. Redirects are not followed.
 */
export function openSafeFetch ({ isAllowedAddress = isPublicAddress, lookup = systemLookup as LookupFunction }: SafeFetchOptions = {}): SafeFetch {
  const checkedLookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses: LookupAddress[] = Array.isArray(found) ? found : []
      const [first] = addresses
      if (error !== null || first === undefined) return callback(error ?? new Error('no address'), [])
      if (!addresses.every(({ address }) => isAllowedAddress(address))) return callback(refused(), [])
      if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
  // Loaded on the first use: the package takes a tenth of a second, and a process that has just started should answer first.
  const connect = async () => {
    const { Agent, request, upgrade } = await import('undici')
    // Idle connections are kept for the next call of the tool; each was checked when it was made.
    return { request, upgrade, agent: new Agent({ connect: { lookup: checkedLookup }, keepAliveTimeout: 30_000 }) }
  }
  let connected: ReturnType<typeof connect> | undefined

  /** Anything that fails on the way is told alike, but for what was refused and what was aborted. */
  const reach = async <T> (url: string, signal: AbortSignal, work: (undici: Awaited<ReturnType<typeof connect>>) => Promise<T>): Promise<T> => {
    const { hostname, protocol } = new URL(url)
    if (protocol !== 'https:' && protocol !== 'http:') throw refused()
    // An address in the URL is never looked up. URL has already written it in its one plain form ("0x7f.1" is 127.0.0.1).
    const literal = hostname.replace(/^\[|\]$/g, '')
    if (isIP(literal) !== 0 && !isAllowedAddress(literal)) throw refused()
    try {
      return await work(await (connected ??= connect()))
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof EarshotError) throw error
      throw new EarshotError('provider_unavailable', 'The service could not be reached.', { cause: error })
    }
  }

  const fetch: HttpFetch = async ({ method, url, headers, body, maxBytes }, signal) =>
    await reach(url, signal, async ({ request, agent }) => {
      const response = await request(url, { dispatcher: agent, method, headers, body: body ?? null, signal })
      const contentType = response.headers['content-type']
      const { text, cut } = await readUpTo(response.body, maxBytes)
      return { status: response.statusCode, contentType: String(contentType ?? ''), body: text, cut } satisfies HttpResponse
    })

  const tryWebSocket: TryWebSocket = async (url, signal) => {
    const http = url.replace(/^ws/, 'http')
    await reach(http, signal, async ({ upgrade, agent }) => {
      const key = randomBytes(16).toString('base64')
      const { socket, headers } = await upgrade(http, { dispatcher: agent, protocol: 'websocket', headers: { 'sec-websocket-key': key, 'sec-websocket-version': '13' }, signal })
      socket.on('error', () => {}).destroy()
      if (headers['sec-websocket-accept'] !== acceptanceOf(key)) throw new EarshotError('provider_unavailable', 'The service is no websocket server.')
    })
  }
  return { fetch, tryWebSocket, close: async () => { await (await connected)?.agent.destroy() } }
}

/** What only a server that speaks the protocol answers to a key (RFC 6455, section 4.2.2). */
const acceptanceOf = (key: string): string => createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')

const refused = (): EarshotError => new EarshotError('forbidden', 'The service’s address is not on the public internet.')

async function readUpTo (body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<{ text: string, cut: boolean }> {
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop early destroys the stream, and with it the connection.
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length > maxBytes) break
  }
  // A character that the cut divides is left out.
  const text = new TextDecoder().decode(Buffer.concat(chunks).subarray(0, maxBytes), { stream: length > maxBytes })
  return { text, cut: length > maxBytes }
}
