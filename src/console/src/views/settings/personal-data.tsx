import { useQueryClient } from '@tanstack/react-query'
import { Download, Eraser } from 'lucide-react'
import { useState } from 'react'
import { eraseNumber, EXPORT_URL, type Erased } from '../../api/settings.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { TextField } from '../../components/field.tsx'
import { Card } from '../../components/page.tsx'
import { Form, useForm } from '../../components/use-form.tsx'
import { texts, useText } from '../../i18n/language.ts'
import { phoneNumberText, withoutSpaces } from '../../i18n/phone-number.ts'
import styles from './settings.module.css'

const words = texts({
  export: 'Take your data along',
  exportHint: 'Everything that is stored for you, as JSON, a document a line. Recordings and tapes are downloaded in their calls. Secrets are left out.',
  download: 'Download everything',
  erase: 'Erase a caller',
  eraseHint: 'Where somebody asks for it: what was said in calls with a number and written in its messages goes for good, with recordings and tapes. The calls stay in the figures without it.',
  number: 'Number',
  numberHint: 'With the country code, such as +1 415 555 0199.',
  eraseIt: 'Erase …',
  sure: (number: string) => `Erase ${number} for good?`,
  sureHint: 'Words, messages, recordings and tapes with this number are deleted. Nothing brings them back.',
  yes: 'Erase for good',
  no: 'Keep it',
  erased: (number: string) => `${number} is erased`,
  counts: ({ calls, messages, scheduledCalls }: Erased) => `Calls: ${calls} · messages: ${messages} · schedules: ${scheduledCalls}`
}, {
  export: 'Llévate tus datos',
  exportHint: 'Todo lo guardado para ti, en JSON, un documento por línea. Las grabaciones y cintas se descargan en sus llamadas. Los secretos no van incluidos.',
  download: 'Descargar todo',
  erase: 'Borrar a una persona',
  eraseHint: 'Cuando alguien lo pide: lo dicho en llamadas con un número y lo escrito en sus mensajes se borra para siempre, con grabaciones y cintas. Las llamadas siguen en las cifras, sin él.',
  number: 'Número',
  numberHint: 'Con el prefijo del país, por ejemplo +34 910 12 34 56.',
  eraseIt: 'Borrar …',
  sure: (number: string) => `¿Borrar ${number} para siempre?`,
  sureHint: 'Se eliminan palabras, mensajes, grabaciones y cintas con este número. No se pueden recuperar.',
  yes: 'Borrar para siempre',
  no: 'Conservarlo',
  erased: (number: string) => `${number}: borrado`,
  counts: ({ calls, messages, scheduledCalls }: Erased) => `Llamadas: ${calls} · mensajes: ${messages} · programaciones: ${scheduledCalls}`
})

/** What is stored, to take along, and to erase where a person asks for it. */
export default function PersonalData () {
  const t = useText(words)
  const [erased, setErased] = useState<{ number: string, counts: Erased }>()
  return (
    <>
      <Card title={t.export} description={t.exportHint}>
        <p className={styles['links']}><a href={EXPORT_URL} download='earshot.ndjson'><Download aria-hidden size={16} />{t.download}</a></p>
      </Card>
      <Card title={t.erase} description={t.eraseHint}>
        <EraseForm key={erased?.number} onErased={(number, counts) => setErased({ number, counts })} />
        {erased !== undefined && <p role='status'>{t.erased(phoneNumberText(erased.number))}. {t.counts(erased.counts)}</p>}
      </Card>
    </>
  )
}

type OnErased = (number: string, counts: Erased) => void

function EraseForm ({ onErased }: { onErased: OnErased }) {
  const t = useText(words)
  const [asked, setAsked] = useState<string>()
  const form = useForm({ phoneNumber: '' }, async ({ phoneNumber }) => setAsked(withoutSpaces(phoneNumber)))
  return (
    <>
      <Form form={form} actions={<Button type='submit' icon={<Eraser />} disabled={form.values.phoneNumber.trim() === ''}>{t.eraseIt}</Button>}>
        <TextField field={form.field('phoneNumber')} label={t.number} hint={t.numberHint} type='tel' autoComplete='off' />
      </Form>
      {asked !== undefined && <EraseDialog number={asked} onErased={onErased} onClose={() => setAsked(undefined)} />}
    </>
  )
}

function EraseDialog ({ number, onErased, onClose }: { number: string, onErased: OnErased, onClose: () => void }) {
  const t = useText(words)
  const queries = useQueryClient()
  const form = useForm({}, async () => {
    const counts = await eraseNumber({ phoneNumber: number })
    // What was read before holds its words.
    queries.removeQueries({ predicate: ({ queryKey }) => ERASED_FROM.includes(String(queryKey[0])) })
    onClose()
    onErased(number, counts)
  })
  return (
    <Dialog open onClose={onClose} title={t.sure(phoneNumberText(number))} description={t.sureHint}>
      <Form form={form} actions={<><Button onClick={onClose}>{t.no}</Button><Button type='submit' look='danger' busy={form.busy}>{t.yes}</Button></>}>{null}</Form>
    </Dialog>
  )
}

/** The queries whose answers name callers. */
const ERASED_FROM = ['calls', 'call', 'threads', 'messages', 'scheduled-calls']
