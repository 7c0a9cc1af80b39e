import { useRetention, useSetRetention } from '../../api/settings.ts'
import type { Retention as Days } from '../../api/types.ts'
import { Button } from '../../components/button.tsx'
import { TextField } from '../../components/field.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Card, Pair } from '../../components/page.tsx'
import { tell } from '../../components/toasts.tsx'
import { Form, useForm } from '../../components/use-form.tsx'
import { texts, useText } from '../../i18n/language.ts'

const words = texts({
  title: 'Retention',
  hint: 'What is older is removed for good within about an hour. Calls that go on are never touched.',
  transcripts: 'Transcripts, days',
  tapes: 'Tapes, days',
  recordings: 'Recordings, days',
  forEver: 'for ever',
  save: 'Save',
  saved: 'Saved'
}, {
  title: 'Conservación',
  hint: 'Lo más antiguo se elimina para siempre en una hora, más o menos. Las llamadas en curso no se tocan.',
  transcripts: 'Transcripciones, días',
  tapes: 'Cintas, días',
  recordings: 'Grabaciones, días',
  forEver: 'siempre',
  save: 'Guardar',
  saved: 'Guardado'
})

/** How long what was said is kept. */
export default function Retention () {
  const t = useText(words)
  const query = useRetention()
  return <Card title={t.title} description={t.hint}><Loaded query={query}>{(days) => <DaysForm days={days} />}</Loaded></Card>
}

function DaysForm ({ days }: { days: Days }) {
  const t = useText(words)
  const set = useSetRetention()
  const form = useForm({ transcriptDays: textOf(days.transcriptDays), tapeDays: textOf(days.tapeDays), recordingDays: textOf(days.recordingDays) }, async ({ transcriptDays, tapeDays, recordingDays }) => {
    await set.mutateAsync({ transcriptDays: daysOf(transcriptDays), tapeDays: daysOf(tapeDays), recordingDays: daysOf(recordingDays) })
    tell(t.saved)
  })
  const plain = { placeholder: t.forEver, inputMode: 'numeric', autoComplete: 'off' } as const
  return (
    <Form form={form} actions={<Button type='submit' look='primary' busy={form.busy}>{t.save}</Button>}>
      <Pair>
        <TextField field={form.field('transcriptDays')} label={t.transcripts} {...plain} />
        <TextField field={form.field('tapeDays')} label={t.tapes} {...plain} />
        <TextField field={form.field('recordingDays')} label={t.recordings} {...plain} />
      </Pair>
    </Form>
  )
}

const textOf = (days: number | null): string => days === null ? '' : String(days)
/** Empty: for ever. What is no number is left to the API to refuse. */
const daysOf = (text: string): number | null => text.trim() === '' ? null : Number.isFinite(Number(text)) ? Number(text) : 0
