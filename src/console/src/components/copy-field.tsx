import { useMutation } from '@tanstack/react-query'
import { Copy } from 'lucide-react'
import { texts, useText } from '../i18n/language.ts'
import { IconButton } from './button.tsx'
import styles from './field.module.css'
import { tell } from './toasts.tsx'

const words = texts({ copy: 'Copy', copied: 'Copied' }, { copy: 'Copiar', copied: 'Copiado' })

/** A text to be copied elsewhere. */
export function CopyField ({ value }: { value: string }) {
  const t = useText(words)
  const copy = useMutation({ mutationFn: () => navigator.clipboard.writeText(value), onSuccess: () => tell(t.copied) })
  return (
    <div className={styles['copy']}>
      <code>{value}</code>
      <IconButton label={t.copy} icon={<Copy />} onClick={() => copy.mutate()} />
    </div>
  )
}
