import { Pencil, Phone as PhoneIcon, Plus, Stethoscope, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { agents } from '../../api/agents.ts'
import { phones } from '../../api/phones.ts'
import { useItems } from '../../api/resource.ts'
import type { Phone } from '../../api/types.ts'
import { Badge } from '../../components/badge.tsx'
import { Button, IconButton } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Page } from '../../components/page.tsx'
import { Row, Rows } from '../../components/rows.tsx'
import { useRemoval } from '../../components/use-removal.ts'
import { phoneNumberText } from '../../i18n/phone-number.ts'
import { useText } from '../../i18n/language.ts'
import { CheckDialog } from './check-dialog.tsx'
import { isMadeUp } from './made-up-number.ts'
import { PhoneDialog } from './phone-dialog.tsx'
import { words } from './words.ts'

/** The numbers that Earshot answers and calls from. */
export default function Phones () {
  const t = useText(words)
  const query = useItems(phones)
  const [open, setOpen] = useState<Phone | 'new'>()
  const [checked, setChecked] = useState<Phone>()
  const add = <Button look='primary' icon={<Plus />} onClick={() => setOpen('new')}>{t.add}</Button>
  return (
    <Page title={t.title} description={t.description} actions={query.data !== undefined && query.data.length > 0 ? add : undefined}>
      <Loaded query={query}>
        {(items) => items.length === 0
          ? <EmptyState icon={<PhoneIcon />} title={t.none} action={add}>{t.noneHint}</EmptyState>
          : <Rows label={t.title}>{items.map((phone) => <PhoneRow key={phone._id} phone={phone} onCheck={() => setChecked(phone)} onEdit={() => setOpen(phone)} />)}</Rows>}
      </Loaded>
      {open !== undefined && <PhoneDialog phone={open === 'new' ? undefined : open} onAdded={setChecked} onClose={() => setOpen(undefined)} />}
      {checked !== undefined && <CheckDialog phone={checked} onClose={() => setChecked(undefined)} />}
    </Page>
  )
}

function PhoneRow ({ phone, onCheck, onEdit }: { phone: Phone, onCheck: () => void, onEdit: () => void }) {
  const t = useText(words)
  const remove = useRemoval(phones, (one) => phoneNumberText(one.phoneNumber))
  const { data: everyAgent = [] } = useItems(agents)
  const users = everyAgent.filter((agent) => agent.phoneNumber === phone.phoneNumber && agent.active).map(({ name }) => name)
  const number = phoneNumberText(phone.phoneNumber)
  return (
    <Row
      title={number}
      badges={isMadeUp(phone.phoneNumber) ? <Badge>{t.madeUp}</Badge> : <Badge tone={phone.isActive ? 'good' : 'plain'}>{phone.isActive ? t.active : t.paused}</Badge>}
      detail={users.length > 0 ? t.usedBy(users.join(', ')) : t.unused}
      actions={
        <>
          <IconButton label={t.check(number)} icon={<Stethoscope />} onClick={onCheck} />
          <IconButton label={t.edit(number)} icon={<Pencil />} onClick={onEdit} />
          <IconButton label={t.remove(number)} icon={<Trash2 />} onClick={() => remove(phone)} />
        </>
      }
    />
  )
}
