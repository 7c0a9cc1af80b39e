import { Compass } from 'lucide-react'
import { ButtonLink } from '../components/button.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { Page } from '../components/page.tsx'
import { texts, useText } from '../i18n/language.ts'

const words = texts({ title: 'Not found', heading: 'There is nothing at this address', hint: 'It may have been removed, or the address is mistyped.', home: 'Go to the calls' }, { title: 'No encontrado', heading: 'No hay nada en esta dirección', hint: 'Puede que se haya eliminado o que la dirección esté mal escrita.', home: 'Ir a las llamadas' })

export default function NotFound () {
  const t = useText(words)
  return (
    <Page title={t.title}>
      <EmptyState icon={<Compass />} title={t.heading} action={<ButtonLink href='/calls'>{t.home}</ButtonLink>}>{t.hint}</EmptyState>
    </Page>
  )
}
