import { Plus, Trash2 } from 'lucide-react'
import { Button, IconButton } from '../../components/button.tsx'
import { SelectField, SwitchField, TextArea, TextField, type FieldOf } from '../../components/field.tsx'
import { Card, Pair } from '../../components/page.tsx'
import { useText } from '../../i18n/language.ts'
import styles from './agents.module.css'
import type { AgentField } from './basics.tsx'
import { METHODS, newHttpTool, placeOf, type Contact, type HttpTool, type ToolValues } from './tool-values.ts'
import { words } from './tool-words.ts'

/** What the agent can do beside speaking. */
export function Tools ({ field }: { field: AgentField }) {
  const t = useText(words)
  const { value, onChange, error, errorAt } = field('tools')
  const at = placeOf(value, errorAt)
  const set = (change: Partial<ToolValues>) => onChange({ ...value, ...change })
  const isHere = (part: string) => at === part || at?.startsWith(`${part}.`) === true
  const below = (part: string) => isHere(part) ? { error, at: at?.slice(part.length + 1) } : { error: undefined, at: undefined }
  const known = at !== undefined
  return (
    <Card title={t.title} description={t.hint}>
      <SwitchField field={{ name: 'endCall', value: value.endCall, onChange: (endCall) => set({ endCall }) }} label={t.endCall} hint={t.endCallHint} />
      <SwitchField field={{ name: 'sendDtmf', value: value.sendDtmf, onChange: (sendDtmf) => set({ sendDtmf }) }} label={t.sendDtmf} hint={t.sendDtmfHint} />
      <SwitchField field={{ name: 'transfer', value: value.transfer !== undefined, onChange: (on) => set({ transfer: on ? [noContact()] : undefined }) }} label={t.transfer} hint={t.transferHint} />
      {value.transfer !== undefined && <Contacts name='transfer' contacts={value.transfer} onChange={(transfer) => set({ transfer })} {...below('transfer')} />}
      <SwitchField field={{ name: 'sms', value: value.sms !== undefined, onChange: (on) => set({ sms: on ? [] : undefined }) }} label={t.sms} hint={t.smsHint} />
      {value.sms !== undefined && <Contacts name='sms' contacts={value.sms} onChange={(sms) => set({ sms })} {...below('sms')} />}
      {value.http.map((tool, n) => (
        <Http
          key={n}
          tool={tool}
          index={n}
          onChange={(changed) => set({ http: value.http.map((one, m) => m === n ? changed : one) })}
          onRemove={() => set({ http: value.http.filter((_, m) => m !== n) })}
          {...below(`http.${n}`)}
        />
      ))}
      <div><Button icon={<Plus />} onClick={() => set({ http: [...value.http, newHttpTool()] })}>{t.addHttp}</Button></div>
      {error !== undefined && !known && <p className={styles['error']}>{error}</p>}
    </Card>
  )
}

const noContact = (): Contact => ({ name: '', number: '', description: '' })

/** What is wrong inside of it, and where: "0.number". */
interface Problem { error: string | undefined, at: string | undefined }

/** A field of a part, with the part's error where it belongs to it. */
const partOf = (name: string, value: string, onChange: (value: string) => void, { error, at }: Problem, path: string): FieldOf<string> =>
  ({ name, value, onChange, error: at === path || at?.startsWith(`${path}.`) === true ? error : undefined })

function Contacts ({ name, contacts, onChange, ...problem }: { name: string, contacts: Contact[], onChange: (contacts: Contact[]) => void } & Problem) {
  const t = useText(words)
  return (
    <div className={styles['part']}>
      {contacts.map((contact, n) => {
        const field = (part: keyof Contact) => partOf(`${name}.${n}.${part}`, contact[part], (value) => onChange(contacts.map((one, m) => m === n ? { ...one, [part]: value } : one)), problem, `${n}.${part}`)
        return (
          <div key={n} className={styles['contact']}>
            <TextField field={field('name')} label={t.contactName} placeholder={t.contactNamePlaceholder} autoComplete='off' />
            <TextField field={field('number')} label={t.number} placeholder='+1 202 555 0142' type='tel' autoComplete='off' />
            <TextField field={field('description')} label={t.when} optional={t.optional} autoComplete='off' />
            <IconButton label={t.removeContact(contact.name)} icon={<Trash2 />} onClick={() => onChange(contacts.filter((_, m) => m !== n))} />
          </div>
        )
      })}
      <div><Button icon={<Plus />} onClick={() => onChange([...contacts, noContact()])}>{t.addContact}</Button></div>
      {problem.error !== undefined && !/^\d+\./.test(problem.at ?? '') && <p className={styles['error']}>{problem.error}</p>}
    </div>
  )
}

function Http ({ tool, index, onChange, onRemove, ...problem }: { tool: HttpTool, index: number, onChange: (tool: HttpTool) => void, onRemove: () => void } & Problem) {
  const t = useText(words)
  const field = (part: keyof HttpTool) => partOf(`http.${index}.${part}`, tool[part], (value) => onChange({ ...tool, [part]: value }), problem, part)
  return (
    <section className={styles['part']} aria-label={t.http(tool.name)}>
      <header className={styles['partHeader']}>
        <h3>{t.http(tool.name)}</h3>
        <IconButton label={t.removeHttp(tool.name)} icon={<Trash2 />} onClick={onRemove} />
      </header>
      <Pair>
        <TextField field={field('name')} label={t.name} hint={t.nameHint} placeholder='find_booking' spellCheck={false} autoComplete='off' />
        <TextField field={field('description')} label={t.about} hint={t.aboutHint} autoComplete='off' />
      </Pair>
      <div className={styles['request']}>
        <SelectField field={field('method')} label={t.method} options={METHODS.map((method) => ({ value: method, label: method }))} />
        <TextField field={field('url')} label={t.url} hint={t.urlHint} placeholder='https://api.example.com/bookings/{number}' type='url' spellCheck={false} autoComplete='off' />
      </div>
      <TextArea field={field('parameters')} label={t.parameters} hint={t.parametersHint} rows={6} spellCheck={false} className={styles['code'] ?? ''} />
      <TextArea field={field('headers')} label={t.headers} hint={t.headersHint} optional={t.optional} rows={2} spellCheck={false} />
      <Pair>
        <TextField field={field('timeoutMs')} label={t.timeout} placeholder={t.standard} inputMode='numeric' autoComplete='off' />
        <TextField field={field('maxResponseBytes')} label={t.bytes} placeholder={t.standard} inputMode='numeric' autoComplete='off' />
      </Pair>
      {problem.error !== undefined && (problem.at === '' || problem.at === undefined) && <p className={styles['error']}>{problem.error}</p>}
    </section>
  )
}
