import { PhoneOff, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useCreate, useItems } from '../../api/resource.ts'
import { doNotCalls } from '../../api/settings.ts'
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

/** Numbers that are never called. */
export default function DoNotCall () {
  const t = useText(words)
  const query = useItems(doNotCalls)
  const remove = useRemoval(doNotCalls, ({ phoneNumber }) => phoneNumberText(phoneNumber))
  const [open, setOpen] = useState(false)
  const add = <Button look='primary' icon={<Plus />} onClick={() => setOpen(true)}>{t.addNumber}</Button>
  return (
    <Card title={t.dontCall} description={t.dontCallHint} actions={query.data?.length === 0 ? undefined : add}>
      <Loaded query={query}>
        {(items) => items.length === 0
          ? <EmptyState icon={<PhoneOff />} title={t.noNumbers} action={add}>{t.noNumbersHint}</EmptyState>
          : (
            <Rows label={t.dontCall} flat>
              {items.map((item) => {
                const number = phoneNumberText(item.phoneNumber)
                return <Row key={item._id} title={number} detail={item.reason} actions={<IconButton label={t.removeNumber(number)} icon={<Trash2 />} onClick={() => remove(item)} />} />
              })}
            </Rows>
            )}
      </Loaded>
      {open && <AddNumber onClose={() => setOpen(false)} />}
    </Card>
  )
}

function AddNumber ({ onClose }: { onClose: () => void }) {
  const t = useText(words)
  const create = useCreate(doNotCalls)
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
