import { Toast } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import { texts, useText } from '../i18n/language.ts'
import { IconButton } from './button.tsx'
import styles from './toasts.module.css'

const words = texts({ close: 'Dismiss', area: 'Notifications' }, { close: 'Descartar', area: 'Avisos' })

/** Long enough to notice a mistake and take it back. */
const UNDO_MS = 10_000

const manager = Toast.createToastManager()

/** Says what has happened. */
export const tell = (title: string): void => { manager.add({ title }) }

/** Says what went wrong, at once. */
export const tellFailure = (title: string): void => { manager.add({ title, type: 'failure', priority: 'high' }) }

/** Says what has happened, and takes it back on demand. */
export const tellWithUndo = (title: string, label: string, undo: () => void): void => {
  const id = manager.add({
    title,
    timeout: UNDO_MS,
    actionProps: { children: label, onClick: () => { manager.close(id); undo() } }
  })
}

export function Toasts () {
  return (
    <Toast.Provider toastManager={manager} limit={3}>
      <Shown />
    </Toast.Provider>
  )
}

function Shown () {
  const t = useText(words)
  const { toasts } = Toast.useToastManager()
  return (
    <Toast.Portal>
      <Toast.Viewport className={styles['viewport']} aria-label={t.area}>
        {toasts.map((toast) => (
          // Base UI hides a failure from screen readers, since it has been read to them; but its buttons take the focus, and nothing that does may be hidden.
          <Toast.Root key={toast.id} toast={toast} className={styles['toast']} swipeDirection={['down', 'right']} aria-hidden={false}>
            <Toast.Content className={styles['content']}>
              <Toast.Title className={styles['title']} render={<p />} />
              <Toast.Action className={styles['action']} />
              <Toast.Close render={<IconButton label={t.close} icon={<X />} />} />
            </Toast.Content>
          </Toast.Root>
        ))}
      </Toast.Viewport>
    </Toast.Portal>
  )
}
