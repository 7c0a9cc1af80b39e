import { prompts } from '../../api/prompts.ts'
import { useCreate, useItems } from '../../api/resource.ts'
import { scheduledCalls } from '../../api/scheduled-calls.ts'
import type { Phone } from '../../api/types.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { SelectField, TextArea, TextField } from '../../components/field.tsx'
import { Pair } from '../../components/page.tsx'
import { tell } from '../../components/toasts.tsx'
import { Form, useForm } from '../../components/use-form.tsx'
import { localDateTime } from '../../i18n/format.ts'
import { useText } from '../../i18n/language.ts'
import { numbersIn } from '../../i18n/phone-number.ts'
import { words } from './words.ts'

const RETRIES = ['0', '1', '2', '3', '5']
/** A first proposal for the time. */
const AHEAD_MS = 10 * 60_000

/** Schedules calls to any count of numbers. */
export function ScheduleDialog ({ phone, promptId, onClose }: { phone: Phone, promptId: string | undefined, onClose: () => void }) {
  const t = useText(words)
  const create = useCreate(scheduledCalls)
  const { data: everyPrompt = [] } = useItems(prompts)
  const form = useForm(() => ({
    callType: 'ai' as 'ai' | 'normal',
    promptId: promptId ?? '',
    toPhoneNumbers: '',
    scheduledDateTime: localDateTime(new Date(Date.now() + AHEAD_MS)),
    retry: '0',
    delayMinutes: '30'
  }), async ({ callType, promptId, toPhoneNumbers, scheduledDateTime, retry, delayMinutes }) => {
    const numbers = numbersIn(toPhoneNumbers)
    await create.mutateAsync({
      callType,
      fromPhoneNumberId: phone._id,
      toPhoneNumbers: numbers,
      scheduledDateTime: instantOf(scheduledDateTime),
      ...(promptId === '' ? {} : { promptId }),
      ...(retry === '0' ? {} : { retry: { on: ['busy', 'no-answer'], count: Number(retry), delayMinutes: Number(delayMinutes) } })
    })
    tell(t.scheduled(numbers.length))
    onClose()
  })
  return (
    <Dialog open onClose={onClose} wide title={t.schedule}>
      <Form form={form} actions={<Button type='submit' look='primary' busy={form.busy}>{t.schedule}</Button>}>
        <Pair>
          <SelectField field={form.field('callType')} label={t.callType} options={[{ value: 'ai', label: t.callTypeAi }, { value: 'normal', label: t.callTypeNormal }]} />
          <SelectField field={form.field('promptId')} label={t.prompt} options={[{ value: '', label: t.choosePrompt }, ...everyPrompt.filter(({ phoneNumberId }) => phoneNumberId === phone._id).map(({ _id, name }) => ({ value: _id, label: name }))]} />
        </Pair>
        <TextArea field={form.field('toPhoneNumbers')} label={t.toMany} hint={t.toManyHint} rows={4} inputMode='tel' />
        <TextField field={form.field('scheduledDateTime')} label={t.when} hint={t.whenHint} type='datetime-local' />
        <Pair>
          <SelectField field={form.field('retry')} label={t.retry} hint={t.retryHint} options={RETRIES.map((count) => ({ value: count, label: count === '0' ? t.retryNever : t.retryCount(Number(count)) }))} />
          {form.values.retry !== '0' && <TextField field={form.field('delayMinutes')} label={t.retryDelay} inputMode='numeric' autoComplete='off' />}
        </Pair>
      </Form>
    </Dialog>
  )
}

/** What is no date is left to the API to refuse. */
const instantOf = (local: string): string => {
  const date = new Date(local)
  return Number.isNaN(date.getTime()) ? local : date.toISOString()
}
