import { NotebookText, Pencil, Phone as PhoneIcon, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { phones } from '../../api/phones.ts'
import { prompts } from '../../api/prompts.ts'
import { useItems } from '../../api/resource.ts'
import type { Phone, Prompt } from '../../api/types.ts'
import { Badge } from '../../components/badge.tsx'
import { Button, ButtonLink, IconButton } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Page } from '../../components/page.tsx'
import { Row, Rows } from '../../components/rows.tsx'
import { useRemoval } from '../../components/use-removal.ts'
import { useText } from '../../i18n/language.ts'
import { phoneNumberText } from '../../i18n/phone-number.ts'
import { PromptDialog } from './prompt-dialog.tsx'
import { words } from './words.ts'

/** The texts that calls are made with. */
export default function Prompts () {
  const t = useText(words)
  const numbers = useItems(phones)
  const query = useItems(prompts)
  const [open, setOpen] = useState<Prompt | 'new'>()
  const add = <Button look='primary' icon={<Plus />} onClick={() => setOpen('new')}>{t.add}</Button>
  const some = query.data !== undefined && query.data.length > 0
  return (
    <Page title={t.title} description={t.description} actions={some ? add : undefined}>
      <Loaded query={numbers}>
        {(every) => (
          <Loaded query={query}>
            {(items) => items.length > 0
              ? <Rows label={t.title}>{items.map((prompt) => <PromptRow key={prompt._id} prompt={prompt} phone={every.find(({ _id }) => _id === prompt.phoneNumberId)} onEdit={() => setOpen(prompt)} />)}</Rows>
              : every.length === 0
                ? <EmptyState icon={<PhoneIcon />} title={t.noPhone} action={<ButtonLink look='primary' href='/phones'>{t.addPhone}</ButtonLink>}>{t.noPhoneHint}</EmptyState>
                : <EmptyState icon={<NotebookText />} title={t.none} action={add}>{t.noneHint}</EmptyState>}
          </Loaded>
        )}
      </Loaded>
      {open !== undefined && numbers.data !== undefined && <PromptDialog prompt={open === 'new' ? undefined : open} numbers={numbers.data} onClose={() => setOpen(undefined)} />}
    </Page>
  )
}

function PromptRow ({ prompt, phone, onEdit }: { prompt: Prompt, phone: Phone | undefined, onEdit: () => void }) {
  const t = useText(words)
  const remove = useRemoval(prompts, ({ name }) => name)
  const about = [phone === undefined ? undefined : phoneNumberText(phone.phoneNumber), prompt.description ?? prompt.content.slice(0, 120)]
  return (
    <Row
      title={prompt.name}
      badges={<Badge>{prompt.category}</Badge>}
      detail={about.filter((one) => one !== undefined).join(' · ')}
      actions={
        <>
          <IconButton label={t.edit(prompt.name)} icon={<Pencil />} onClick={onEdit} />
          <IconButton label={t.remove(prompt.name)} icon={<Trash2 />} onClick={() => remove(prompt)} />
        </>
      }
    />
  )
}
