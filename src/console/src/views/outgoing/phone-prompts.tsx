import { CalendarClock, PhoneOutgoing, Plus } from 'lucide-react'
import { useState } from 'react'
import { prompts } from '../../api/prompts.ts'
import { useItems } from '../../api/resource.ts'
import type { Phone } from '../../api/types.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Card } from '../../components/page.tsx'
import { Row, Rows } from '../../components/rows.tsx'
import { useText } from '../../i18n/language.ts'
import { PromptDialog } from '../prompts/prompt-dialog.tsx'
import type { Wish } from './outgoing.tsx'
import { words } from './words.ts'

/** What a number's calls are for. */
export function PhonePrompts ({ phone, numbers, onWish }: { phone: Phone, numbers: Phone[], onWish: (wish: Wish) => void }) {
  const t = useText(words)
  const query = useItems(prompts)
  const [open, setOpen] = useState(false)
  return (
    <Card title={t.prompts} description={t.promptsHint} actions={<Button icon={<Plus />} onClick={() => setOpen(true)}>{t.newPrompt}</Button>}>
      <Loaded query={query}>
        {(items) => {
          const some = items.filter(({ phoneNumberId }) => phoneNumberId === phone._id)
          if (some.length === 0) return <p>{t.noPrompts}</p>
          return (
            <Rows label={t.prompts} flat>
              {some.map(({ _id, name, content }) => (
                <Row
                  key={_id}
                  title={name}
                  detail={content.slice(0, 120)}
                  actions={
                    <>
                      <IconButton label={t.callWith(name)} icon={<PhoneOutgoing />} onClick={() => onWish({ do: 'call', promptId: _id })} />
                      <IconButton label={t.scheduleWith(name)} icon={<CalendarClock />} onClick={() => onWish({ do: 'schedule', promptId: _id })} />
                    </>
                  }
                />
              ))}
            </Rows>
          )
        }}
      </Loaded>
      {open && <PromptDialog prompt={undefined} numbers={numbers} phoneId={phone._id} onClose={() => setOpen(false)} />}
    </Card>
  )
}
