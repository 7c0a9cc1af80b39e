import { lazy, Suspense, useEffect, useRef, type ComponentType } from 'react'
import { Link, Redirect } from 'wouter'
import { Loading } from '../../components/loaded.tsx'
import { Page } from '../../components/page.tsx'
import { useText } from '../../i18n/language.ts'
import { General } from './general.tsx'
import styles from './settings.module.css'
import { words } from './words.ts'

type Section = 'general' | 'keys' | 'rules' | 'dontCall' | 'webhooks' | 'sites' | 'retention' | 'data' | 'audit'

const SECTIONS: Array<{ path: string, name: Section, View: ComponentType }> = [
  { path: 'general', name: 'general', View: General },
  { path: 'api-keys', name: 'keys', View: lazy(() => import('./api-keys.tsx')) },
  { path: 'calling-rules', name: 'rules', View: lazy(() => import('./calling-rules.tsx')) },
  { path: 'do-not-call', name: 'dontCall', View: lazy(() => import('./do-not-call.tsx')) },
  { path: 'webhooks', name: 'webhooks', View: lazy(() => import('./webhooks.tsx')) },
  { path: 'sites', name: 'sites', View: lazy(() => import('./sites.tsx')) },
  { path: 'retention', name: 'retention', View: lazy(() => import('./retention.tsx')) },
  { path: 'personal-data', name: 'data', View: lazy(() => import('./personal-data.tsx')) },
  { path: 'audit-log', name: 'audit', View: lazy(() => import('./audit-log.tsx')) }
]

/** What holds for the whole account, a section at an address. */
export default function Settings ({ section = 'general' }: { section: string | undefined }) {
  const t = useText(words)
  const chosen = SECTIONS.find(({ path }) => path === section)
  const navigation = useRef<HTMLElement>(null)
  // On a narrow screen the sections stand in one line that scrolls.
  useEffect(() => { navigation.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' }) }, [section])
  if (chosen === undefined) return <Redirect to='/settings' replace />
  return (
    <Page title={t.title}>
      <div className={styles['split']}>
        <nav ref={navigation} aria-label={t.sections} className={styles['sections']}>
          {SECTIONS.map(({ path, name }) => <Link key={path} href={`/settings/${path}`} aria-current={path === chosen.path ? 'page' : undefined}>{t[name]}</Link>)}
        </nav>
        <div className={styles['section']}><Suspense fallback={<Loading />}><chosen.View /></Suspense></div>
      </div>
    </Page>
  )
}
