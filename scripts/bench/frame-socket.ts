import { createHash, randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

const TEXT = 1
const CLOSE = 8
const PING = 9
const PONG = 10
/** Of RFC 6455, section 1.3. */
const HANDSHAKE_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/**
 * A websocket client with just enough of RFC 6455 for a load generator: text both ways, no fragments, no extensions. It costs a fraction of a full
 * client, so that the machine's time goes to the gateway under test; frames are masked as the standard asks, because unmasking is the gateway's work.
 */
export class FrameSocket {
  readonly #socket: Socket
  onText: (text: string) => void = () => {}
  onClose: () => void = () => {}
  readonly #mask = randomBytes(4)
  #rest: Buffer = Buffer.alloc(0)

  private constructor (socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.once('close', () => this.onClose())
  }

  /** @throws {Error} when the handshake is refused */
  static async open (address: string, headers: Record<string, string>): Promise<FrameSocket> {
    const url = new URL(address)
    const key = randomBytes(16).toString('base64')
    const socket = connect(Number(url.port), url.hostname)
    const lines = Object.entries({ host: url.host, upgrade: 'websocket', connection: 'Upgrade', 'sec-websocket-version': '13', 'sec-websocket-key': key, ...headers })
    socket.write(`GET ${url.pathname} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`)
    const { head, rest } = await headOf(socket)
    const accept = createHash('sha1').update(key + HANDSHAKE_GUID).digest('base64')
    if (!head.startsWith('HTTP/1.1 101') || !head.includes(accept)) throw new Error(`The handshake was refused: ${head.split('\r\n', 1)[0]}`)
    const frames = new FrameSocket(socket)
    socket.on('data', (chunk) => frames.#take(chunk))
    frames.#take(rest)
    return frames
  }

  /** @param ascii text of at most 65,535 characters, each of one byte */
  send (ascii: string): void {
    this.#write(TEXT, ascii)
  }

  close (): void {
    this.#write(CLOSE, '\x03\xe8')
    this.#socket.end()
  }

  #write (opcode: number, bytes: string): void {
    if (!this.#socket.writable) return
    const { length } = bytes
    const head = length < 126 ? 2 : 4
    const frame = Buffer.allocUnsafe(head + 4 + length)
    frame[0] = 0x80 | opcode
    frame[1] = 0x80 | (length < 126 ? length : 126)
    if (head === 4) frame.writeUInt16BE(length, 2)
    frame.set(this.#mask, head)
    frame.write(bytes, head + 4, 'latin1')
    for (let i = 0; i < length; i++) frame[head + 4 + i]! ^= this.#mask[i & 3]!
    this.#socket.write(frame)
  }

  #take (chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    while (bytes.length - at >= 2) {
      const short = bytes[at + 1]! & 0x7f
      const head = short < 126 ? 2 : short === 126 ? 4 : 10
      if (bytes.length - at < head) break
      const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
      const end = at + head + length
      if (bytes.length < end) break
      const opcode = bytes[at]! & 0x0f
      if (opcode === TEXT) this.onText(bytes.toString('latin1', at + head, end))
      else if (opcode === PING) this.#write(PONG, bytes.toString('latin1', at + head, end))
      else if (opcode === CLOSE) this.close()
      at = end
    }
    this.#rest = bytes.subarray(at)
  }
}

function headOf (socket: Socket): Promise<{ head: string, rest: Buffer }> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0)
    const onData = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk])
      const end = bytes.indexOf('\r\n\r\n')
      if (end < 0) return
      socket.off('data', onData)
      resolve({ head: bytes.toString('latin1', 0, end), rest: bytes.subarray(end + 4) })
    }
    socket.on('data', onData)
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('The connection was closed during the handshake.')))
  })
}
