import { Plug } from 'lucide-react'
import { useProviders } from '../../api/providers.ts'
import { useText } from '../../i18n/language.ts'
import styles from './talk.module.css'
import { words } from './words.ts'

/** Says what an agent cannot do yet because no provider is connected, and what to do. */
export function StandIns () {
  const t = useText(words)
  const { data: providers } = useProviders()
  if (providers === undefined) return null
  const lacks = [providers.llm === 'local' && t.echo, (providers.stt === 'local' || providers.tts === 'local') && t.englishOnly].filter((one) => one !== false)
  if (lacks.length === 0) return null
  return <p role='note' className={styles['standIns']}><Plug aria-hidden /><span>{lacks.join(' ')} {t.connect}</span></p>
}
