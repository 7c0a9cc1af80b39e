import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Clock } from '../clock.ts'
import { sleep } from '../sleep.ts'
import { entriesOf, type Tape } from './tape.ts'
import type { TwilioPhone } from './twilio-phone.ts'

const media = Compile(Type.Object({ event: Type.Literal('media'), media: Type.Object({ track: Type.Optional(Type.Literal('inbound')), payload: Type.String() }) }))
const dtmf = Compile(Type.Object({ event: Type.Literal('dtmf'), dtmf: Type.Object({ digit: Type.String() }) }))

/**
 * Makes the call that is on the tape: the caller's audio and keys at their times after the stream's opening, then the hang-up. Unlike a script it does not
 * wait for the agent. Marks are not repeated: the phone answers those that the gateway sends now.
 * @param phone made with `microphone: false`
 */
export const runTape = async (clock: Clock, phone: TwilioPhone, tape: Tape): Promise<void> => {
  const ended = new AbortController()
  const opened = new Promise<number>((resolve) => phone.on(({ type }) => { if (type === 'stream_opened') resolve(clock.now()) }))
  const call = phone.call().then(() => ended.abort())
  try {
    const startMs = await Promise.race([opened, call.then(() => clock.now())])
    for (const { atMs, message } of entriesOf(tape, 'twilio')) {
      await sleep(clock, Math.max(0, startMs + atMs - clock.now()), ended.signal)
      if (media.Check(message)) phone.frame(Buffer.from(message.media.payload, 'base64'))
      else if (dtmf.Check(message)) phone.press(message.dtmf.digit)
      else if (message.event === 'stop') break
    }
  } catch (error) {
    if (!ended.signal.aborted) throw error
  } finally {
    phone.hangUp()
    await call
  }
}
