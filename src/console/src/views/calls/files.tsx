import { Download } from 'lucide-react'
import { callFile } from '../../api/calls.ts'
import type { Call } from '../../api/types.ts'
import { useText } from '../../i18n/language.ts'
import styles from './detail.module.css'
import type { useRecording } from './use-recording.ts'
import { words } from './words.ts'

/** The recording with its player, and the files to take along. */
export function Files ({ call, recording }: { call: Call, recording: ReturnType<typeof useRecording> }) {
  const t = useText(words)
  const { parts, part, audio, choosePart, events } = recording
  const tapes = call.status === 'completed' ? call.tapes ?? [] : []
  if (parts.length === 0 && tapes.length === 0) return null
  return (
    <section className={styles['files']} aria-label={t.recording}>
      {parts.length > 1 && (
        <select aria-label={t.recording} value={part} onChange={(event) => choosePart(Number(event.target.value))}>
          {parts.map((one) => <option key={one.part} value={one.part}>{t.part(one.part)}</option>)}
        </select>
      )}
      {/* eslint-disable-next-line jsx-a11y/media-has-caption -- the transcript below runs along with it */}
      {parts.length > 0 && <audio key={part} ref={audio} controls preload='metadata' src={callFile(call._id, 'recording', part)} aria-label={t.recording} {...events} />}
      <p>
        {parts.map((one) => <FileLink key={one.part} href={callFile(call._id, 'recording', one.part)} name={one.file}>{parts.length > 1 ? `${t.recording} ${one.part}` : t.recording}</FileLink>)}
        {tapes.map((one) => <FileLink key={one.part} href={callFile(call._id, 'tape', one.part)} name={one.file}>{tapes.length > 1 ? `${t.tape} ${one.part}` : t.tape}</FileLink>)}
      </p>
    </section>
  )
}

function FileLink ({ href, name, children }: { href: string, name: string, children: string }) {
  const t = useText(words)
  return <a href={href} download={name}><Download aria-hidden /><span className='visually-hidden'>{t.download}: </span>{children}</a>
}
