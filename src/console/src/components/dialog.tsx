import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { texts, useText } from '../i18n/language.ts'
import { IconButton } from './button.tsx'
import styles from './dialog.module.css'

const words = texts({ close: 'Close' }, { close: 'Cerrar' })

interface DialogProps {
  open: boolean
  onClose: () => void
  title: ReactNode
  description?: ReactNode
  wide?: boolean
  children: ReactNode
}

/** A window above the page; focus stays inside until it closes, then goes back to where it was. */
export function Dialog ({ open, onClose, title, description, wide = false, children }: DialogProps) {
  const t = useText(words)
  return (
    <Base.Root open={open} onOpenChange={(next) => { if (!next) onClose() }}>
      <Base.Portal>
        <Base.Backdrop className={styles['backdrop']} />
        <Base.Popup className={`${styles['popup']} ${wide ? styles['wide'] : ''}`}>
          <header className={styles['header']}>
            <Base.Title className={styles['title']}>{title}</Base.Title>
            <Base.Close render={<IconButton label={t.close} icon={<X />} />} />
          </header>
          {description !== undefined && <Base.Description className={styles['description']}>{description}</Base.Description>}
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
