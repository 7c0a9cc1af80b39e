import { Wrench } from 'lucide-react'
import type { ToolCall } from '../../api/chat.ts'
import { useText } from '../../i18n/language.ts'
import styles from './tool-calls.module.css'
import { words } from './words.ts'

/** What an agent did besides speaking. */
export function ToolCalls ({ calls }: { calls: readonly ToolCall[] }) {
  const t = useText(words)
  if (calls.length === 0) return null
  return (
    <ul className={styles['tools']} aria-label={t.tools}>
      {calls.map(({ name, arguments: given, result, simulated }, n) => (
        <li key={n}>
          <Wrench aria-hidden />
          <div>
            <p><code>{name}</code> {simulated && <span>({t.simulated})</span>}</p>
            {given !== '{}' && given !== '' && <p><code>{given}</code></p>}
            <p>{result}</p>
          </div>
        </li>
      ))}
    </ul>
  )
}
