import { Dialog } from '@base-ui/react/dialog'
import { Menu as MenuIcon, X } from 'lucide-react'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import type { User } from '../api/types.ts'
import { IconButton } from '../components/button.tsx'
import { texts, useText } from '../i18n/language.ts'
import { Account } from './account.tsx'
import { Navigation } from './navigation.tsx'
import styles from './shell.module.css'

const words = texts({ skip: 'Skip to the content', open: 'Open the menu', close: 'Close the menu', menu: 'Menu' }, { skip: 'Saltar al contenido', open: 'Abrir el menú', close: 'Cerrar el menú', menu: 'Menú' })

/** What stands around every view: the way to the others, and the account. */
export function Shell ({ user, children }: { user: User, children: ReactNode }) {
  const t = useText(words)
  const main = useRef<HTMLElement>(null)
  useFocusOnViewChange(main)
  return (
    <div className={styles['shell']}>
      <a className={styles['skip']} href='#main' onClick={(event) => { event.preventDefault(); main.current?.focus() }}>{t.skip}</a>
      <header className={styles['bar']}><Drawer user={user} /><Logo /></header>
      <header className={styles['side']}>
        <Logo />
        <Navigation />
        <Account user={user} />
      </header>
      <main ref={main} id='main' tabIndex={-1} className={styles['main']}>{children}</main>
    </div>
  )
}

export function Logo () {
  return <span className={styles['logo']}><img src='/icon.svg' alt='' width='24' height='24' />Earshot</span>
}

/** The navigation where the screen is too narrow to keep it in sight. */
function Drawer ({ user }: { user: User }) {
  const t = useText(words)
  const [open, setOpen] = useState(false)
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger render={<IconButton label={t.open} icon={<MenuIcon />} />} />
      <Dialog.Portal>
        <Dialog.Backdrop className={styles['backdrop']} />
        <Dialog.Popup className={styles['drawer']} aria-label={t.menu}>
          <div className={styles['drawerTop']}><Logo /><Dialog.Close render={<IconButton label={t.close} icon={<X />} />} /></div>
          <Navigation onChoose={() => setOpen(false)} />
          <Account user={user} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

/** A screen reader goes on at the new view, as it would on a new page. */
const useFocusOnViewChange = (main: React.RefObject<HTMLElement | null>): void => {
  const [location] = useLocation()
  const view = location.split('/')[1]
  const before = useRef(view)
  useEffect(() => {
    if (before.current === view) return
    before.current = view
    main.current?.focus({ preventScroll: true })
    window.scrollTo(0, 0)
  }, [view, main])
}
