import type { ReactNode } from 'react'
import { prompts } from '../../api/prompts.ts'
import { useItems } from '../../api/resource.ts'
import type { Phone } from '../../api/types.ts'
import { SelectField, TextField, type FieldOf } from '../../components/field.tsx'
import { Pair } from '../../components/page.tsx'
import { localDateTime } from '../../i18n/format.ts'
import { useText } from '../../i18n/language.ts'
import { words } from './words.ts'

/** A first proposal for the time. */
const AHEAD_MS = 10 * 60_000

/** What holds for all calls of a schedule, as a form has it. */
export interface PlanValues {
  callType: 'ai' | 'normal'
  promptId: string
  scheduledDateTime: string
  /** Empty: as the agent says. */
  detectMachines: '' | 'yes' | 'no'
}

export const planValues = (promptId = ''): PlanValues => ({ callType: 'ai', promptId, scheduledDateTime: localDateTime(new Date(Date.now() + AHEAD_MS)), detectMachines: '' })

/** The same as the API takes it. */
export const planOf = ({ callType, promptId, scheduledDateTime, detectMachines }: PlanValues, { _id: fromPhoneNumberId }: Phone) => ({
  callType,
  fromPhoneNumberId,
  scheduledDateTime: instantOf(scheduledDateTime),
  ...(promptId === '' ? {} : { promptId }),
  ...(callType !== 'ai' || detectMachines === '' ? {} : { detectMachines: detectMachines === 'yes' })
})

/** What is no date is left to the API to refuse. */
const instantOf = (local: string): string => {
  const date = new Date(local)
  return Number.isNaN(date.getTime()) ? local : date.toISOString()
}

/** A form with a plan among its values hands out these fields of it. */
interface PlanField {
  (name: 'callType'): FieldOf<PlanValues['callType']>
  (name: 'promptId' | 'scheduledDateTime'): FieldOf<string>
  (name: 'detectMachines'): FieldOf<PlanValues['detectMachines']>
}

/** @param children who is called */
export function PlanFields ({ phone, field, children }: { phone: Phone, field: PlanField, children: ReactNode }) {
  const t = useText(words)
  const { data: everyPrompt = [] } = useItems(prompts)
  const callType = field('callType')
  return (
    <>
      <Pair>
        <SelectField field={callType} label={t.callType} options={[{ value: 'ai', label: t.callTypeAi }, { value: 'normal', label: t.callTypeNormal }]} />
        <SelectField field={field('promptId')} label={t.prompt} options={[{ value: '', label: t.choosePrompt }, ...everyPrompt.filter(({ phoneNumberId }) => phoneNumberId === phone._id).map(({ _id, name }) => ({ value: _id, label: name }))]} />
      </Pair>
      {children}
      <Pair>
        <TextField field={field('scheduledDateTime')} label={t.when} hint={t.whenHint} type='datetime-local' />
        {callType.value === 'ai' && <SelectField field={field('detectMachines')} label={t.machines} hint={t.machinesHint} options={[{ value: '', label: t.machinesAsAgent }, { value: 'yes', label: t.machinesYes }, { value: 'no', label: t.machinesNo }]} />}
      </Pair>
    </>
  )
}
