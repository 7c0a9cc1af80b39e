import { SelectField, TextField } from '../../components/field.tsx'
import { Card, Pair } from '../../components/page.tsx'
import { useText } from '../../i18n/language.ts'
import type { AgentField } from './basics.tsx'
import styles from './agents.module.css'
import { turnTakingWords as words } from './behaviour-words.ts'
import { defaultOf, SHARES, TIMES, WAITS } from './turn-taking-values.ts'

/** When the agent speaks, waits and falls silent. */
export function TurnTaking ({ field }: { field: AgentField }) {
  const t = useText(words)
  return (
    <Card title={t.title} description={t.hint}>
      <details className={styles['more']}>
        <summary>{t.show}</summary>
        <fieldset>
          <legend>{t.waits}</legend>
          <Pair>{WAITS.map((name) => <TextField key={name} field={field(`turnTaking.waitMs.${name}`)} label={t[name]} placeholder={defaultOf(`waitMs.${name}`)} inputMode='numeric' autoComplete='off' />)}</Pair>
        </fieldset>
        <fieldset>
          <legend>{t.times}</legend>
          <Pair>{TIMES.map((name) => <TextField key={name} field={field(`turnTaking.${name}`)} label={t[name]} placeholder={defaultOf(name)} inputMode='numeric' autoComplete='off' />)}</Pair>
        </fieldset>
        <fieldset>
          <legend>{t.hearing}</legend>
          <Pair>
            {SHARES.map((name) => <TextField key={name} field={field(`turnTaking.${name}`)} label={t[name]} placeholder={defaultOf(name)} inputMode='decimal' autoComplete='off' />)}
            <SelectField field={field('turnTaking.speculate')} label={t.speculate} options={[{ value: '', label: t.standard }, { value: 'on', label: t.on }, { value: 'off', label: t.off }]} />
          </Pair>
        </fieldset>
      </details>
    </Card>
  )
}
