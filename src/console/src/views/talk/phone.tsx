import { Grid3x3, Mic, MicOff, Phone as PhoneIcon, PhoneOff, Upload } from 'lucide-react'
import { useRef, useState, type ChangeEvent } from 'react'
import { Button } from '../../components/button.tsx'
import { useText } from '../../i18n/language.ts'
import type { Levels, PhoneState } from '../../phone/browser-phone.ts'
import styles from './phone.module.css'
import type { usePhone } from './use-phone.ts'
import { words } from './words.ts'

/** The ear hears loudness by its logarithm: the meters begin at −50 dB. */
const shownLevel = (rms: number): number => Math.max(0, 1 + Math.log10(Math.max(rms, 1e-6)) / 2.5)

/** The two level meters of a telephone, set without rendering anything. */
export const useMeters = () => {
  const caller = useRef<HTMLMeterElement>(null)
  const agent = useRef<HTMLMeterElement>(null)
  const show = (levels: Levels): void => {
    if (caller.current !== null) caller.current.value = shownLevel(levels.caller)
    if (agent.current !== null) agent.current.value = shownLevel(levels.agent)
  }
  return { caller, agent, show }
}

interface PhoneProps { name: string, phone: ReturnType<typeof usePhone>, meters: ReturnType<typeof useMeters> }

/** A telephone: calls, hangs up, is muted, and has keys. */
export function Phone ({ name, phone: { state, muted, call, hangUp, press, setMuted }, meters: { caller, agent } }: PhoneProps) {
  const t = useText(words)
  const [keys, setKeys] = useState(false)
  const live = state.name === 'live'
  const running = live || state.name === 'preparing' || state.name === 'connecting'
  const play = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const file = target.files?.[0]
    target.value = ''
    if (file !== undefined) await call(file)
  }
  return (
    <section className={styles['phone']} aria-label={t.phone} data-state={state.name}>
      <Status state={state} name={name} />
      {live && (
        <div className={styles['meters']}>
          <label>{t.you}<meter ref={caller} min={0} max={1} /></label>
          <label>{name}<meter ref={agent} min={0} max={1} /></label>
        </div>
      )}
      {running
        ? (
          <div className={styles['row']}>
            <Button look='danger' icon={<PhoneOff />} onClick={hangUp}>{t.hangUp}</Button>
            {live && <Button icon={muted ? <MicOff /> : <Mic />} aria-pressed={muted} onClick={() => setMuted(!muted)}>{t.mute}</Button>}
            {live && <Button icon={<Grid3x3 />} aria-expanded={keys} onClick={() => setKeys(!keys)}>{t.keypad}</Button>}
          </div>
          )
        : (
          <div className={styles['row']}>
            <Button look='primary' icon={<PhoneIcon />} onClick={() => call()}>{state.name === 'idle' ? t.call : t.again}</Button>
            <label className={styles['file']}><Upload aria-hidden />{t.useFile}<input type='file' accept='audio/*' className='visually-hidden' onChange={play} /></label>
          </div>
          )}
      {live && keys && (
        <div className={styles['keys']} role='group' aria-label={t.keypad}>
          {[...'123456789*0#'].map((digit) => <Button key={digit} aria-label={t.key(digit)} onClick={() => press(digit)}>{digit}</Button>)}
        </div>
      )}
    </section>
  )
}

function Status ({ state, name }: { state: PhoneState, name: string }) {
  const t = useText(words)
  const refusal = state.name === 'failed' && state.error.code === 'refused' ? ` ${state.error.message}` : ''
  return (
    <>
      <p role='status' className={styles['status']} hidden={state.name === 'failed'}>{state.name === 'failed' ? '' : t.states[state.name](name)}</p>
      {state.name === 'failed' && <p role='alert' className={styles['problem']}>{t.errors[state.error.code]}{refusal}</p>}
    </>
  )
}
