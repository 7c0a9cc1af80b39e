import { Button } from '../../components/button.tsx'
import { useText } from '../../i18n/language.ts'
import styles from './agents.module.css'
import { templates } from './templates.ts'
import { words } from './words.ts'

/** Instructions to begin with, at a click. */
export function Templates ({ onChoose }: { onChoose: (template: { name: string, text: string }) => void }) {
  const t = useText(words)
  const examples = useText(templates)
  return (
    <div className={styles['templates']} role='group' aria-label={t.template}>
      <span>{t.template}:</span>
      {Object.values(examples).map((example) => <Button key={example.name} onClick={() => onChoose(example)}>{example.name}</Button>)}
    </div>
  )
}
