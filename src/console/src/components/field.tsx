import { Field as Base } from '@base-ui/react/field'
import { Switch } from '@base-ui/react/switch'
import type { ComponentProps, ReactElement, ReactNode } from 'react'
import styles from './field.module.css'

/** A field of a form as useForm hands it out. */
export interface FieldOf<Value> {
  name: string
  value: Value
  onChange: (value: Value) => void
  error?: string | undefined
  /** Where in the value that is, such as "3" or "1.url". */
  errorAt?: string | undefined
}

interface Shell {
  label: ReactNode
  hint?: ReactNode
  /** Says that it may stay empty. */
  optional?: ReactNode
}

interface Control<Value> extends Shell { field: FieldOf<Value> }

/** A label, a control, what helps to fill it in, and what the API says is wrong with it. */
function Labelled ({ label, hint, optional, name, error, children }: Shell & { name: string, error?: string | undefined, children: ReactElement }) {
  return (
    <Base.Root className={styles['field']} name={name} invalid={error !== undefined}>
      <Base.Label className={styles['label']}>
        {label}{optional !== undefined && <span className={styles['optional']}>{optional}</span>}
      </Base.Label>
      {children}
      {error !== undefined && <Base.Error className={styles['error']} match>{error}</Base.Error>}
      {hint !== undefined && <Base.Description className={styles['hint']}>{hint}</Base.Description>}
    </Base.Root>
  )
}

type Attributes<Tag extends 'input' | 'textarea' | 'select'> = Omit<ComponentProps<Tag>, 'value' | 'onChange' | 'name' | 'ref' | 'defaultValue' | 'color'>

export function TextField ({ field: { name, value, onChange, error }, label, hint, optional, ...input }: Control<string> & Attributes<'input'>) {
  return (
    <Labelled {...{ label, hint, optional, name, error }}>
      <Base.Control className={styles['control']} value={value} onValueChange={onChange} {...input} />
    </Labelled>
  )
}

/** A text grows with its lines (field-sizing), from this many on. */
const LINE_EM = 1.55
const PADDING_EM = 1.15

export function TextArea ({ field: { name, value, onChange, error }, label, hint, optional, rows = 4, ...textarea }: Control<string> & Attributes<'textarea'>) {
  return (
    <Labelled {...{ label, hint, optional, name, error }}>
      <Base.Control className={styles['control']} value={value} onValueChange={onChange} style={{ minHeight: `${rows * LINE_EM + PADDING_EM}em` }} render={<textarea {...textarea} />} />
    </Labelled>
  )
}

export function SelectField<Value extends string> ({ field: { name, value, onChange, error }, label, hint, optional, options, ...select }: Control<Value> & { options: ReadonlyArray<{ value: Value, label: string }> } & Attributes<'select'>) {
  return (
    <Labelled {...{ label, hint, optional, name, error }}>
      <Base.Control
        className={`${styles['control']} ${styles['select']}`}
        value={value}
        onValueChange={(chosen) => { const option = options.find((one) => one.value === chosen); if (option !== undefined) onChange(option.value) }}
        render={<select {...select}>{options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}</select>}
      />
    </Labelled>
  )
}

/** A file of this computer. */
export function FileField ({ field: { name, onChange, error }, label, hint, optional, accept }: Control<File | undefined> & { accept: string }) {
  return (
    <Labelled {...{ label, hint, optional, name, error }}>
      <Base.Control className={`${styles['control']} ${styles['file']}`} render={<input type='file' accept={accept} onChange={({ target }) => onChange(target.files?.[0])} />} />
    </Labelled>
  )
}

/** Any count of the options. */
export function ChecksField<Value extends string> ({ field: { name, value, onChange, error }, label, hint, options }: Control<Value[]> & { options: ReadonlyArray<{ value: Value, label: string }> }) {
  return (
    <fieldset className={styles['field']} aria-invalid={error !== undefined}>
      <legend className={styles['label']}>{label}</legend>
      <div className={styles['checks']}>
        {options.map((option) => (
          <label key={option.value}>
            <input type='checkbox' name={name} checked={value.includes(option.value)} onChange={({ target }) => onChange(options.map((one) => one.value).filter((one) => one === option.value ? target.checked : value.includes(one)))} />
            {option.label}
          </label>
        ))}
      </div>
      {error !== undefined && <p className={styles['error']}>{error}</p>}
      {hint !== undefined && <p className={styles['hint']}>{hint}</p>}
    </fieldset>
  )
}

export function SwitchField ({ field: { name, value, onChange, error }, label, hint }: Control<boolean>) {
  return (
    <Base.Root className={styles['switchField']} name={name} invalid={error !== undefined}>
      <Switch.Root className={styles['switch']} checked={value} onCheckedChange={onChange}><Switch.Thumb className={styles['thumb']} /></Switch.Root>
      <div>
        <Base.Label className={styles['label']}>{label}</Base.Label>
        {error !== undefined && <Base.Error className={styles['error']} match>{error}</Base.Error>}
        {hint !== undefined && <Base.Description className={styles['hint']}>{hint}</Base.Description>}
      </div>
    </Base.Root>
  )
}
