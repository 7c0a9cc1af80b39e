import { fileURLToPath } from 'node:url'
import { encodeMulaw } from '../../src/audio/mulaw.ts'
import { readCaller } from '../../src/replay/recorded-caller.ts'

/** Callers who say one thing without long pauses, so that the end of their speech is the end of their turn. */
const CALLERS = ['demo-1', 'demo-2', 'question', 'command', 'cards', 'hello', 'noisy', 'long']

export const FRAME_MS = 20
const FRAME_BYTES = 160

/** What a caller says, cut into the payloads of Twilio's media messages. */
export interface Utterance {
  payloads: string[]
  /** First and last sound, in milliseconds from the first frame's start. */
  speech: { startMs: number, endMs: number }
}

/** Real recorded speech, as one payload every 20 ms. */
export async function readUtterances (): Promise<Utterance[]> {
  return await Promise.all(CALLERS.map(async (name) => {
    const { audio, speech } = await readCaller(fileURLToPath(new URL(`../../fixtures/callers/${name}.ulaw`, import.meta.url)))
    return { payloads: payloadsOf(audio), speech }
  }))
}

/** A second of a quiet line, at about −60 dBFS: the voice detector must listen to it, as it need not to digital silence. */
export const lineNoise: string[] = payloadsOf(encodeMulaw(Int16Array.from({ length: 8000 }, () => Math.round((Math.random() - 0.5) * 110))))

function payloadsOf (mulaw: Uint8Array): string[] {
  const payloads = []
  for (let at = 0; at + FRAME_BYTES <= mulaw.length; at += FRAME_BYTES) payloads.push(Buffer.from(mulaw.subarray(at, at + FRAME_BYTES)).toString('base64'))
  return payloads
}
