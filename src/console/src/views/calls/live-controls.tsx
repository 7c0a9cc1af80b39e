import { useMutation } from '@tanstack/react-query'
import { PhoneForwarded, PhoneOff, Send } from 'lucide-react'
import { useState } from 'react'
import { endCall, transferCall, whisper } from '../../api/calls.ts'
import type { Call } from '../../api/types.ts'
import { useApiMessage } from '../../components/api-message.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { TextField } from '../../components/field.tsx'
import { tell, tellFailure } from '../../components/toasts.tsx'
import { Form, useForm } from '../../components/use-form.tsx'
import { useText } from '../../i18n/language.ts'
import { withoutSpaces } from '../../i18n/phone-number.ts'
import styles from './detail.module.css'
import { words } from './words.ts'

/** Ends a live call, or hands it to a person. */
export function LiveActions ({ call: { _id: id, channel } }: { call: Call }) {
  const t = useText(words)
  const message = useApiMessage()
  const [transferring, setTransferring] = useState(false)
  const end = useMutation({ mutationFn: () => endCall(id), onSuccess: () => tell(t.ending), onError: (error) => tellFailure(message(error)) })
  return (
    <div className={styles['actions']}>
      {/* Nobody can be connected to a browser. */}
      {channel === undefined && <Button icon={<PhoneForwarded />} onClick={() => setTransferring(true)}>{t.transfer}</Button>}
      <Button look='danger' icon={<PhoneOff />} busy={end.isPending} onClick={() => end.mutate()}>{t.end}</Button>
      {transferring && <TransferDialog id={id} onClose={() => setTransferring(false)} />}
    </div>
  )
}

function TransferDialog ({ id, onClose }: { id: string, onClose: () => void }) {
  const t = useText(words)
  const form = useForm({ to: '', announcement: '' }, async ({ to, announcement }) => {
    await transferCall(id, { to: withoutSpaces(to), ...(announcement.trim() === '' ? {} : { announcement }) })
    tell(t.transferring)
    onClose()
  })
  return (
    <Dialog open onClose={onClose} title={t.transfer} description={t.transferHint}>
      <Form form={form} actions={<Button type='submit' look='primary' busy={form.busy}>{t.transferNow}</Button>}>
        <TextField field={form.field('to')} label={t.transferTo} type='tel' autoComplete='off' placeholder='+1 202 555 0142' />
        <TextField field={form.field('announcement')} label={t.announcement} hint={t.announcementHint} maxLength={300} autoComplete='off' />
      </Form>
    </Dialog>
  )
}

/** Tells the agent of a live call something that its caller does not hear. */
export function Whisper ({ id }: { id: string }) {
  const [sent, setSent] = useState(0)
  return <div className={styles['whisper']}><WhisperForm key={sent} id={id} onSent={() => setSent(sent + 1)} /></div>
}

function WhisperForm ({ id, onSent }: { id: string, onSent: () => void }) {
  const t = useText(words)
  const form = useForm({ text: '' }, async (values) => {
    await whisper(id, values)
    onSent()
  })
  return (
    <Form form={form} actions={<Button type='submit' icon={<Send />} busy={form.busy} disabled={form.values.text.trim() === ''}>{t.whisper}</Button>}>
      <TextField field={form.field('text')} label={t.whisperLabel} hint={t.whisperHint} maxLength={2000} autoComplete='off' placeholder={t.whisperPlaceholder} />
    </Form>
  )
}
