import { useCreate } from '../../api/resource.ts'
import { scheduledCalls } from '../../api/scheduled-calls.ts'
import type { Phone } from '../../api/types.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { SelectField, TextArea, TextField } from '../../components/field.tsx'
import { Pair } from '../../components/page.tsx'
import { tell } from '../../components/toasts.tsx'
import { Form, useForm } from '../../components/use-form.tsx'
import { useText } from '../../i18n/language.ts'
import { numbersIn } from '../../i18n/phone-number.ts'
import { PlanFields, planOf, planValues } from './plan.tsx'
import { words } from './words.ts'

/** What a rule of RFC 5545 says of each choice; day and time are those of the first call. */
const RULES = { daily: 'FREQ=DAILY', weekdays: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', weekly: 'FREQ=WEEKLY', monthly: 'FREQ=MONTHLY' }
type Repeat = 'never' | keyof typeof RULES

/** A rule has a count or an end, not both: the count counts. */
const ruleOf = (repeat: keyof typeof RULES, times: string, until: string): string =>
  RULES[repeat] + (times !== '' ? `;COUNT=${times}` : until !== '' ? `;UNTIL=${until.replaceAll('-', '')}T235959Z` : '')

const RETRIES = ['0', '1', '2', '3', '5']

/** Schedules calls to any count of numbers. */
export function ScheduleDialog ({ phone, promptId, onClose }: { phone: Phone, promptId: string | undefined, onClose: () => void }) {
  const t = useText(words)
  const create = useCreate(scheduledCalls)
  const form = useForm(() => ({
    ...planValues(promptId),
    toPhoneNumbers: '',
    retry: '0',
    delayMinutes: '30',
    repeat: 'never' as Repeat,
    times: '',
    until: '',
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone
  }), async ({ toPhoneNumbers, retry, delayMinutes, repeat, times, until, timeZone, ...plan }) => {
    const numbers = numbersIn(toPhoneNumbers)
    await create.mutateAsync({
      ...planOf(plan, phone),
      toPhoneNumbers: numbers,
      ...(repeat === 'never' ? {} : { recurrence: { rule: ruleOf(repeat, times.trim(), until), timeZone } }),
      ...(retry === '0' ? {} : { retry: { on: ['busy', 'no-answer'], count: Number(retry), delayMinutes: Number(delayMinutes) } })
    })
    tell(t.scheduled(numbers.length))
    onClose()
  })
  return (
    <Dialog open onClose={onClose} wide title={t.schedule}>
      <Form form={form} actions={<Button type='submit' look='primary' busy={form.busy}>{t.schedule}</Button>}>
        <PlanFields phone={phone} field={form.field}>
          <TextArea field={form.field('toPhoneNumbers')} label={t.toMany} hint={t.toManyHint} rows={4} inputMode='tel' />
        </PlanFields>
        <Pair>
          <SelectField field={form.field('retry')} label={t.retry} hint={t.retryHint} options={RETRIES.map((count) => ({ value: count, label: count === '0' ? t.retryNever : t.retryCount(Number(count)) }))} />
          {form.values.retry !== '0' && <TextField field={form.field('delayMinutes')} label={t.retryDelay} inputMode='numeric' autoComplete='off' />}
        </Pair>
        <Pair>
          <SelectField<Repeat> field={form.field('repeat')} label={t.repeat} options={[{ value: 'never', label: t.repeatNever }, { value: 'daily', label: t.repeatDaily }, { value: 'weekdays', label: t.repeatWeekdays }, { value: 'weekly', label: t.repeatWeekly }, { value: 'monthly', label: t.repeatMonthly }]} />
          {form.values.repeat !== 'never' && (
            <>
              <TextField field={form.field('until')} label={t.until} type='date' />
              <TextField field={form.field('times')} label={t.times} hint={t.timesHint} inputMode='numeric' autoComplete='off' />
              <TextField field={form.field('timeZone')} label={t.timeZone} hint={t.timeZoneHint} list='time-zones' autoComplete='off' />
              <datalist id='time-zones'>{Intl.supportedValuesOf('timeZone').map((zone) => <option key={zone} value={zone} />)}</datalist>
            </>
          )}
        </Pair>
      </Form>
    </Dialog>
  )
}
