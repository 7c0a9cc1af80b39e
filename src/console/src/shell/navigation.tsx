import { ChartColumn, History, MessageSquare, NotebookText, Phone, PhoneIncoming, PhoneOutgoing, Settings, type LucideIcon } from 'lucide-react'
import { Link, useLocation } from 'wouter'
import { texts, useText } from '../i18n/language.ts'
import styles from './shell.module.css'

const words = texts({
  label: 'Views',
  conversations: 'Conversations',
  setUp: 'Set up',
  calls: 'Call logs',
  messages: 'Messages',
  analytics: 'Analytics',
  incoming: 'Incoming agent',
  outgoing: 'Outgoing agent',
  prompts: 'Prompts',
  phones: 'Phones',
  settings: 'Settings'
}, {
  label: 'Vistas',
  conversations: 'Conversaciones',
  setUp: 'Configuración',
  calls: 'Llamadas',
  messages: 'Mensajes',
  analytics: 'Analítica',
  incoming: 'Agente entrante',
  outgoing: 'Agente saliente',
  prompts: 'Guiones',
  phones: 'Teléfonos',
  settings: 'Ajustes'
})

type Name = 'calls' | 'messages' | 'analytics' | 'incoming' | 'outgoing' | 'prompts' | 'phones' | 'settings'
const CONVERSATIONS: Array<[Name, LucideIcon]> = [['calls', History], ['messages', MessageSquare], ['analytics', ChartColumn]]
const SET_UP: Array<[Name, LucideIcon]> = [['incoming', PhoneIncoming], ['outgoing', PhoneOutgoing], ['prompts', NotebookText], ['phones', Phone], ['settings', Settings]]

export function Navigation ({ onChoose }: { onChoose?: () => void }) {
  const t = useText(words)
  const [location] = useLocation()
  const group = (title: string, views: Array<[Name, LucideIcon]>) => (
    <>
      <h2 className={styles['group']}>{title}</h2>
      <ul>
        {views.map(([name, Icon]) => (
          <li key={name}>
            <Link href={`/${name}`} className={styles['link']} aria-current={location.split('/')[1] === name ? 'page' : undefined} onClick={() => onChoose?.()}>
              <Icon aria-hidden />{t[name]}
            </Link>
          </li>
        ))}
      </ul>
    </>
  )
  return <nav className={styles['navigation']} aria-label={t.label}>{group(t.conversations, CONVERSATIONS)}{group(t.setUp, SET_UP)}</nav>
}
