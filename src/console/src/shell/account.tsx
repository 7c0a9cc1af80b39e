import { Menu } from '@base-ui/react/menu'
import { Check, ChevronsUpDown, LogOut, Monitor, Moon, Sun } from 'lucide-react'
import { useSignOut } from '../api/session.ts'
import type { User } from '../api/types.ts'
import { language, texts, useText } from '../i18n/language.ts'
import { theme } from '../theme/theme.ts'
import styles from './account.module.css'

const words = texts({
  account: 'Account', theme: 'Appearance', system: 'As the system', light: 'Light', dark: 'Dark', language: 'Language', signOut: 'Sign out'
}, {
  account: 'Cuenta', theme: 'Apariencia', system: 'Como el sistema', light: 'Claro', dark: 'Oscuro', language: 'Idioma', signOut: 'Cerrar sesión'
})

const THEMES = [['system', Monitor], ['light', Sun], ['dark', Moon]] as const

export const LANGUAGE_NAMES = { en: 'English', es: 'Español' }

/** Who is signed in, how the console looks and speaks, and the way out. */
export function Account ({ user }: { user: User }) {
  const t = useText(words)
  const signOut = useSignOut()
  const chosenTheme = theme.use()
  const chosenLanguage = language.use()
  const check = <Menu.RadioItemIndicator className={styles['check']}><Check aria-hidden /></Menu.RadioItemIndicator>
  return (
    <Menu.Root>
      <Menu.Trigger className={styles['trigger']}>
        <span className={styles['initial']} aria-hidden>{user.email.charAt(0).toUpperCase()}</span>
        <span className={styles['email']}><span className='visually-hidden'>{t.account}: </span>{user.email}</span>
        <ChevronsUpDown aria-hidden />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner side='top' align='start' sideOffset={6}>
          <Menu.Popup className={styles['popup']}>
            <Menu.Group>
              <Menu.GroupLabel className={styles['label']}>{t.theme}</Menu.GroupLabel>
              <Menu.RadioGroup value={chosenTheme} onValueChange={(value) => theme.set(value)}>
                {THEMES.map(([name, Icon]) => <Menu.RadioItem key={name} value={name} className={styles['item']}><Icon aria-hidden />{t[name]}{check}</Menu.RadioItem>)}
              </Menu.RadioGroup>
            </Menu.Group>
            <Menu.Separator className={styles['separator']} />
            <Menu.Group>
              <Menu.GroupLabel className={styles['label']}>{t.language}</Menu.GroupLabel>
              <Menu.RadioGroup value={chosenLanguage} onValueChange={(value) => language.set(value)}>
                {(['en', 'es'] as const).map((code) => <Menu.RadioItem key={code} value={code} lang={code} className={styles['item']}>{LANGUAGE_NAMES[code]}{check}</Menu.RadioItem>)}
              </Menu.RadioGroup>
            </Menu.Group>
            <Menu.Separator className={styles['separator']} />
            <Menu.Item className={styles['item']} onClick={() => signOut.mutate()}><LogOut aria-hidden />{t.signOut}</Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
