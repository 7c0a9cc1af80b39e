import { Readable } from 'node:stream'

/** What may wait for the reader; beyond it the far end has to. */
const MAX_WAITING_BYTES = 64 * 1024

interface Handlers {
  /** Told of each chunk as it comes. */
  data: (chunk: Buffer) => void
  /** The body is complete. */
  end: () => void
}

interface Waiter<T> { resolve: (result: IteratorResult<T, undefined>) => void, reject: (error: unknown) => void }

/**
 * The items that a response's body is made of, for one reader who asks for one at a time. The handlers push them as the body comes; what they throw ends it.
 * A stream's own iterator makes several promises, ticks and listeners a chunk: half the processor time of an answer in small pieces.
 */
export class BodyReader<T> implements AsyncIterableIterator<T, undefined> {
  readonly #body: Readable
  #items: T[] = []
  #waitingBytes = 0
  #waiter: Waiter<T> | undefined
  /** How it ended: complete, or by what. */
  #end: { error?: unknown } | undefined

  constructor (response: Response, { data, end }: Handlers) {
    this.#body = streamOf(response)
    this.#body.on('data', (chunk: Buffer) => this.#guarded(() => {
      data(chunk)
      this.#waitingBytes += chunk.length
      if (this.#items.length > 0 && this.#waitingBytes > MAX_WAITING_BYTES) this.#body.pause()
    }))
    this.#body.on('end', () => {
      this.#guarded(end)
      this.#finish({})
    })
    this.#body.on('error', (error) => this.#finish({ error }))
    this.#body.on('close', () => this.#finish({ error: new Error('The body was cut off.') }))
  }

  push (item: T): void {
    if (this.#end !== undefined) return
    const waiter = this.#waiter
    this.#waiter = undefined
    if (waiter === undefined) this.#items.push(item)
    else waiter.resolve({ done: false, value: item })
  }

  /** @throws what the handlers or the body did, after the items before it */
  next (): Promise<IteratorResult<T, undefined>> {
    if (this.#items.length > 0) {
      const value = this.#items.shift()!
      if (this.#items.length === 0) {
        this.#waitingBytes = 0
        this.#body.resume()
      }
      return Promise.resolve({ done: false, value })
    }
    if (this.#end === undefined) return new Promise((resolve, reject) => { this.#waiter = { resolve, reject } })
    if (!('error' in this.#end)) return Promise.resolve({ done: true, value: undefined })
    const { error } = this.#end
    this.#end = {}
    return Promise.reject(error)
  }

  /** Reads no further, and closes the connection if there is more to come. */
  return (): Promise<IteratorResult<T, undefined>> {
    this.#items = []
    this.#finish({})
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator] (): this { return this }

  #guarded (handle: () => void): void {
    if (this.#end !== undefined) return
    try {
      handle()
    } catch (error) {
      this.#finish({ error })
    }
  }

  #finish (end: { error?: unknown }): void {
    if (this.#end !== undefined) return
    this.#end = end
    const waiter = this.#waiter
    this.#waiter = undefined
    if (waiter !== undefined) this.next().then(waiter.resolve, waiter.reject)
    this.#body.destroy()
  }
}

/** The body as Node's stream, which it is already where `openAiClient` fetched it. */
function streamOf ({ body }: { body: unknown }): Readable {
  if (body instanceof Readable) return body
  return body instanceof ReadableStream ? Readable.fromWeb(body) : Readable.from([])
}
