/** The wire to the caller, as one call sees it. Only its owner, the media stream, knows of the socket behind it. */
export interface Line {
  /** Sends μ-law at 8 kHz, any number of bytes; the far end plays it after what it already holds. */
  sendAudio (mulaw: Uint8Array): void
  /** Asks to be told, by the same name, when everything sent so far has been played or flushed. */
  sendMark (name: string): void
  /** Makes the far end throw away what it has not played; its pending marks come back at once. */
  sendClear (): void
}

/** Bytes of 8 kHz μ-law in a millisecond: one byte a sample. */
export const BYTES_PER_MS = 8
