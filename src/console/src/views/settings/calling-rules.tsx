import { useCallingRules, useChangeCallingRules } from '../../api/settings.ts'
import type { CallingRules as Rules } from '../../api/types.ts'
import { Button } from '../../components/button.tsx'
import { SelectField, TextField } from '../../components/field.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Card, Pair } from '../../components/page.tsx'
import { tell } from '../../components/toasts.tsx'
import { Form, useForm } from '../../components/use-form.tsx'
import { useText } from '../../i18n/language.ts'
import { words } from './words.ts'

/** Whom calls may reach, when, and how many. */
export default function CallingRules () {
  const t = useText(words)
  const query = useCallingRules()
  return (
    <Card title={t.rules} description={t.rulesHint}>
      <Loaded query={query}>{(rules) => <RulesForm rules={rules} />}</Loaded>
    </Card>
  )
}

const HOURS = Array.from({ length: 25 }, (_, hour) => ({ value: String(hour), label: `${hour}:00` }))

function RulesForm ({ rules }: { rules: Rules }) {
  const t = useText(words)
  const change = useChangeCallingRules()
  const form = useForm({
    allowedCountries: rules.allowedCountries.join(', '),
    allowedPrefixes: rules.allowedPrefixes.join(', '),
    callFromHour: String(rules.callFromHour),
    callUntilHour: String(rules.callUntilHour),
    unknownTimeZone: rules.unknownTimeZone,
    maxConcurrentCalls: String(rules.maxConcurrentCalls),
    maxCallsPerDay: String(rules.maxCallsPerDay),
    maxMinutesPerDay: String(rules.maxMinutesPerDay)
  }, async ({ allowedCountries, allowedPrefixes, unknownTimeZone, ...numbers }) => {
    await change.mutateAsync({
      allowedCountries: entriesOf(allowedCountries.toUpperCase()),
      allowedPrefixes: entriesOf(allowedPrefixes),
      unknownTimeZone,
      callFromHour: Number(numbers.callFromHour),
      callUntilHour: Number(numbers.callUntilHour),
      maxConcurrentCalls: Number(numbers.maxConcurrentCalls),
      maxCallsPerDay: Number(numbers.maxCallsPerDay),
      maxMinutesPerDay: Number(numbers.maxMinutesPerDay)
    })
    tell(t.saved)
  })
  return (
    <Form form={form} actions={<Button type='submit' look='primary' busy={form.busy}>{t.save}</Button>}>
      <Pair>
        <TextField field={form.field('allowedCountries')} label={t.countries} hint={t.countriesHint} autoComplete='off' />
        <TextField field={form.field('allowedPrefixes')} label={t.prefixes} hint={t.prefixesHint} autoComplete='off' />
      </Pair>
      <Pair>
        <SelectField field={form.field('callFromHour')} label={t.fromHour} hint={t.hoursHint} options={HOURS} />
        <SelectField field={form.field('callUntilHour')} label={t.untilHour} options={HOURS} />
        <SelectField field={form.field('unknownTimeZone')} label={t.unknownZone} options={[{ value: 'refuse', label: t.refuse }, { value: 'allow', label: t.allow }]} />
      </Pair>
      <Pair>
        <TextField field={form.field('maxConcurrentCalls')} label={t.concurrent} inputMode='numeric' />
        <TextField field={form.field('maxCallsPerDay')} label={t.perDay} inputMode='numeric' />
        <TextField field={form.field('maxMinutesPerDay')} label={t.minutesPerDay} inputMode='numeric' />
      </Pair>
    </Form>
  )
}

const entriesOf = (text: string): string[] => text.split(/[\s,;]+/).filter((entry) => entry !== '')
