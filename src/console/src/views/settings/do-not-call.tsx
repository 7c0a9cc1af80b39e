import { PhoneOff, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useCreate, useItems, type Resource } from '../../api/resource.ts'
import { doNotCalls, doNotTexts } from '../../api/settings.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { TextField } from '../../components/field.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Card } from '../../components/page.tsx'
import { Row, Rows } from '../../components/rows.tsx'
import { Form, useForm } from '../../components/use-form.tsx'
import { useRemoval } from '../../components/use-removal.ts'
import { useText } from '../../i18n/language.ts'
import { phoneNumberText, withoutSpaces } from '../../i18n/phone-number.ts'
import { words } from './words.ts'

/** Numbers that are never called, and those that get no text messages. */
export default function OptOuts () {
  const t = useText(words)
  return (
    <>
      <Numbers resource={doNotCalls} title={t.dontCallTitle} hint={t.dontCallHint} none={t.noNumbers} noneHint={t.noNumbersHint} />
      <Numbers resource={doNotTexts} title={t.dontTextTitle} hint={t.dontTextHint} none={t.noTextNumbers} noneHint={t.noTextNumbersHint} />
    </>
  )
}

interface OptOut { _id: string, phoneNumber: string, ourNumber?: string, reason?: string }
type OptOutList = Resource<OptOut, { phoneNumber: string, reason?: string }, never>
interface NumbersProps { resource: Pick<OptOutList, 'name' | 'list' | 'create' | 'remove' | 'restore'>, title: string, hint: string, none: string, noneHint: string }

function Numbers ({ resource, title, hint, none, noneHint }: NumbersProps) {
  const t = useText(words)
  const query = useItems(resource)
  const remove = useRemoval(resource, ({ phoneNumber }) => phoneNumberText(phoneNumber))
  const [open, setOpen] = useState(false)
  const add = <Button icon={<Plus />} onClick={() => setOpen(true)} aria-label={`${title}: ${t.addNumber}`}>{t.addNumber}</Button>
  return (
    <Card title={title} description={hint} actions={query.data?.length === 0 ? undefined : add}>
      <Loaded query={query}>
        {(items) => items.length === 0
          ? <EmptyState icon={<PhoneOff />} title={none} action={add}>{noneHint}</EmptyState>
          : (
            <Rows label={title} flat>
              {items.map((item) => {
                const number = phoneNumberText(item.phoneNumber)
                const about = [item.ourNumber === undefined ? undefined : t.fromNumber(phoneNumberText(item.ourNumber)), item.reason].filter((one) => one !== undefined)
                return <Row key={item._id} title={number} detail={about.join(' · ')} actions={<IconButton label={t.removeNumber(number)} icon={<Trash2 />} onClick={() => remove(item)} />} />
              })}
            </Rows>
            )}
      </Loaded>
      {open && <AddNumber resource={resource} onClose={() => setOpen(false)} />}
    </Card>
  )
}

function AddNumber ({ resource, onClose }: { resource: NumbersProps['resource'], onClose: () => void }) {
  const t = useText(words)
  const create = useCreate(resource)
  const form = useForm({ phoneNumber: '', reason: '' }, async ({ phoneNumber, reason }) => {
    await create.mutateAsync({ phoneNumber: withoutSpaces(phoneNumber), ...(reason === '' ? {} : { reason }) })
    onClose()
  })
  return (
    <Dialog open onClose={onClose} title={t.addNumber}>
      <Form form={form} actions={<Button type='submit' look='primary' busy={form.busy}>{t.save}</Button>}>
        <TextField field={form.field('phoneNumber')} label={t.number} hint={t.numberHint} type='tel' autoComplete='off' />
        <TextField field={form.field('reason')} label={t.reason} optional={t.optional} autoComplete='off' />
      </Form>
    </Dialog>
  )
}
