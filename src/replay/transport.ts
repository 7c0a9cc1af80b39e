import { WebSocket } from 'ws'
import type { MediaSocket } from '../twilio/media-socket.ts'

/** Twilio's end of a media socket: text only, as both a real websocket and an in-process pair give it. */
export interface Transport {
  /** Does nothing once the transport is closed. */
  send (text: string): void
  close (): void
  onMessage (fn: (text: string) => void): void
  /** Called once, whichever end closed. */
  onClose (fn: (code: number, reason: string) => void): void
}

/** Opens the websocket of a `<Stream url>`. */
export type Connect = (url: string, headers: Record<string, string>) => Promise<Transport>

/** Longer than any gateway needs; Twilio itself gives up on a handshake after some seconds. */
const HANDSHAKE_TIMEOUT_MS = 10_000

/** Keeps what comes before anyone listens: the gateway may speak as soon as the handshake is done. */
const mailbox = <Args extends unknown[]>() => {
  const waiting: Args[] = []
  let listener: ((...args: Args) => void) | undefined
  return {
    put: (...args: Args) => { listener === undefined ? waiting.push(args) : listener(...args) },
    onPut: (fn: (...args: Args) => void) => {
      listener = fn
      for (const args of waiting.splice(0)) fn(...args)
    }
  }
}

/**
 * Connects over a real socket.
 * @throws {Error} when the handshake fails; the message has the HTTP status when there is one
 */
export const connectWebSocket: Connect = (url, headers) => new Promise((resolve, reject) => {
  const socket = new WebSocket(url, { headers, handshakeTimeout: HANDSHAKE_TIMEOUT_MS, perMessageDeflate: false })
  const messages = mailbox<[text: string]>()
  const closes = mailbox<[code: number, reason: string]>()
  // After the handshake an error is followed by a close event, which is what the phone acts on.
  socket.on('error', reject)
  socket.on('message', (data, isBinary) => messages.put(isBinary ? '' : String(data)))
  socket.on('close', (code, reason) => closes.put(code, reason.toString()))
  socket.once('open', () => resolve({
    send: (text) => { if (socket.readyState === WebSocket.OPEN) socket.send(text) },
    close: () => socket.close(1000),
    onMessage: messages.onPut,
    onClose: closes.onPut
  }))
})

/**
 * Two ends of one socket inside this process. Messages arrive in order and never while the sender is still running. What the
 * phone sends before the gateway listens is lost, as on a real socket.
 */
export const socketPair = (): { phone: Transport, gateway: MediaSocket } => {
  const messages = mailbox<[text: string]>()
  const closes = mailbox<[code: number, reason: string]>()
  let toGateway = (_data: string, _isBinary: boolean): void => {}
  let gatewayClosed = (): void => {}
  let open = true
  const deliver = (fn: () => void) => { if (open) queueMicrotask(fn) }
  const close = (code: number, reason: string) => {
    deliver(() => {
      closes.put(code, reason)
      gatewayClosed()
    })
    open = false
  }
  return {
    phone: {
      send: (text) => deliver(() => toGateway(text, false)),
      close: () => close(1000, ''),
      onMessage: messages.onPut,
      onClose: closes.onPut
    },
    gateway: {
      send: (text) => deliver(() => messages.put(text)),
      close: (code = 1005, reason = '') => close(code, reason),
      bufferedAmount: 0,
      onMessage: (fn) => { toGateway = fn },
      onClose: (fn) => { gatewayClosed = fn }
    }
  }
}
