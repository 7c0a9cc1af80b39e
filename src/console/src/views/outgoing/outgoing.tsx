import { CalendarClock, FileUp, Phone as PhoneIcon, PhoneOutgoing } from 'lucide-react'
import { useState } from 'react'
import { phones } from '../../api/phones.ts'
import { useItems } from '../../api/resource.ts'
import type { Phone } from '../../api/types.ts'
import { Button, ButtonLink } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { SelectField } from '../../components/field.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Page } from '../../components/page.tsx'
import { useText } from '../../i18n/language.ts'
import { phoneNumberText } from '../../i18n/phone-number.ts'
import { CallDialog } from './call-dialog.tsx'
import { ImportDialog } from './import-dialog.tsx'
import { OutgoingAgents } from './outgoing-agents.tsx'
import { PhonePrompts } from './phone-prompts.tsx'
import { ScheduleDialog } from './schedule-dialog.tsx'
import { Schedules } from './schedules.tsx'
import { words } from './words.ts'

/** What is open above the view: a call to place or to schedule, with a prompt or without. */
export type Wish = { do: 'call' | 'schedule' | 'import', promptId?: string }

/** Calls from a number: who speaks, what for, and when. */
export default function Outgoing () {
  const t = useText(words)
  const query = useItems(phones)
  return (
    <Loaded query={query}>
      {(numbers) => numbers[0] === undefined
        ? (
          <Page title={t.title} description={t.description}>
            <EmptyState icon={<PhoneIcon />} title={t.noPhone} action={<ButtonLink look='primary' href='/phones'>{t.addPhone}</ButtonLink>}>{t.noPhoneHint}</EmptyState>
          </Page>
          )
        : <FromNumber numbers={numbers} first={numbers[0]} />}
    </Loaded>
  )
}

function FromNumber ({ numbers, first }: { numbers: Phone[], first: Phone }) {
  const t = useText(words)
  const [chosen, setChosen] = useState(first._id)
  const [wish, setWish] = useState<Wish>()
  const phone = numbers.find(({ _id }) => _id === chosen) ?? first
  const close = () => setWish(undefined)
  return (
    <Page
      title={t.title}
      description={t.description}
      actions={
        <>
          <Button icon={<PhoneOutgoing />} onClick={() => setWish({ do: 'call' })}>{t.callNow}</Button>
          <Button icon={<FileUp />} onClick={() => setWish({ do: 'import' })}>{t.importShort}</Button>
          <Button look='primary' icon={<CalendarClock />} onClick={() => setWish({ do: 'schedule' })}>{t.schedule}</Button>
        </>
      }
    >
      {numbers.length > 1 && (
        <SelectField field={{ name: 'from', value: phone._id, onChange: setChosen }} label={t.from} options={numbers.map(({ _id, phoneNumber }) => ({ value: _id, label: phoneNumberText(phoneNumber) }))} />
      )}
      <Schedules phone={phone} />
      <PhonePrompts phone={phone} numbers={numbers} onWish={setWish} />
      <OutgoingAgents phone={phone} />
      {wish?.do === 'call' && <CallDialog phone={phone} promptId={wish.promptId} onClose={close} />}
      {wish?.do === 'import' && <ImportDialog phone={phone} promptId={wish.promptId} onClose={close} />}
      {wish?.do === 'schedule' && <ScheduleDialog phone={phone} promptId={wish.promptId} onClose={close} />}
    </Page>
  )
}
