import { useEffect, useRef, useState } from 'react'
import { openBrowserLine } from '../../api/browser-calls.ts'
import { BrowserPhone, type Levels, type PhoneState } from '../../phone/browser-phone.ts'

/**
 * A telephone to an agent that hangs up when its view is left.
 * @param onLevels fifty times a second: too often for a state
 */
export const usePhone = (agentId: string, onLevels: (levels: Levels) => void) => {
  const phone = useRef<BrowserPhone>(undefined)
  const [state, setState] = useState<PhoneState>({ name: 'idle' })
  const [muted, setMuted] = useState(false)
  const [callId, setCallId] = useState<string>()
  useEffect(() => () => phone.current?.hangUp(), [])
  return {
    state,
    muted,
    /** Of the last call that was opened. */
    callId,
    /** @param file spoken in place of the microphone */
    call: async (file?: Blob) => {
      const next = phone.current = new BrowserPhone({
        workletUrl: '/phone-worklet.js',
        openLine: async () => {
          const { callId, line } = await openBrowserLine(agentId)
          setCallId(callId)
          return line
        },
        ...(file === undefined ? {} : { file }),
        onState: setState,
        onLevels
      })
      setMuted(false)
      await next.call()
    },
    hangUp: () => phone.current?.hangUp(),
    press: (digit: string) => phone.current?.press(digit),
    setMuted: (muted: boolean) => {
      if (phone.current !== undefined) phone.current.muted = muted
      setMuted(muted)
    }
  }
}
