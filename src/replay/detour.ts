import { connectWebSocket, type Connect } from './transport.ts'
import { fetchPost, type HttpPost } from './webhook.ts'

/**
 * Reaches a gateway at another address than its public one, as a tunnel or a proxy does: requests are signed for the public address and sent to the other.
 * @param publicUrl the gateway's PUBLIC_URL
 * @param address where it listens, such as http://127.0.0.1:3000
 */
export const detour = (publicUrl: string, address: string): { post: HttpPost, connect: Connect } => {
  const moved = (url: string): string => {
    const { pathname, search, protocol } = new URL(url)
    const there = new URL(`${pathname}${search}`, address)
    if (protocol.startsWith('ws')) there.protocol = there.protocol === 'https:' ? 'wss:' : 'ws:'
    return isUnder(url, publicUrl) ? there.href : url
  }
  return {
    post: async (url, headers, body) => await fetchPost(moved(url), headers, body),
    connect: async (url, headers) => await connectWebSocket(moved(url), headers)
  }
}

const isUnder = (url: string, publicUrl: string): boolean => new URL(url).host === new URL(publicUrl).host
