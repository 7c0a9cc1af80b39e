import { useRef, useState, type ReactNode, type FormEvent } from 'react'
import { ApiError } from '../api/client.ts'
import { useApiMessage } from './api-message.ts'
import type { FieldOf } from './field.tsx'
import styles from './form.module.css'

/**
 * The values of a form, and the API's messages at the fields that they name.
 * @param save sends the values; what it throws is shown
 * @param onChange called when a value is changed
 */
export const useForm = <Values extends object>(initial: Values | (() => Values), save: (values: Values) => Promise<unknown>, onChange?: () => void) => {
  const [values, setValues] = useState(initial)
  const [failure, setFailure] = useState<Error>()
  const [busy, setBusy] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const message = useApiMessage()

  const failed = nameIn(values, failure)

  const submit = async (): Promise<void> => {
    setBusy(true)
    setFailure(undefined)
    try {
      await save(values)
    } catch (error) {
      setFailure(error instanceof Error ? error : new Error(String(error)))
      const field = nameIn(values, error)
      // The field, where there is one, else the message at the form's end.
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>(`[name="${CSS.escape(field ?? '')}"]`)?.focus())
    } finally {
      setBusy(false)
    }
  }

  const field = <Name extends keyof Values & string>(name: Name): FieldOf<Values[Name]> => ({
    name,
    value: values[name],
    onChange: (value) => {
      onChange?.()
      setValues((before) => ({ ...before, [name]: value }))
      if (failed === name) setFailure(undefined)
    },
    error: failed === name && failure !== undefined ? `${place(failure)}${message(failure)}` : undefined,
    errorAt: failed === name && failure instanceof ApiError ? failure.field?.slice(name.length + 1) : undefined
  })

  return {
    values,
    field,
    busy,
    /** What belongs to no field. */
    problem: failure !== undefined && failed === undefined ? message(failure) : undefined,
    props: {
      ref: form,
      noValidate: true,
      onSubmit: async (event: FormEvent) => {
        event.preventDefault()
        if (!busy) await submit()
      }
    }
  }
}

/** The value that a failure is about: "toPhoneNumbers.3" belongs to toPhoneNumbers. */
const nameIn = (values: object, failure: unknown): string | undefined => {
  const path = failure instanceof ApiError ? failure.field : undefined
  return path === undefined ? undefined : Object.keys(values).find((name) => path === name || path.startsWith(`${name}.`))
}

/** Of a field with many entries, the one that is wrong: "3: ". */
const place = (failure: Error): string => {
  const index = failure instanceof ApiError ? /\.(\d+)$/.exec(failure.field ?? '')?.[1] : undefined
  return index === undefined ? '' : `${Number(index) + 1}: `
}

interface FormProps {
  form: Pick<ReturnType<typeof useForm>, 'props' | 'problem'>
  children: ReactNode
  /** The buttons. */
  actions: ReactNode
}

export function Form ({ form: { props, problem }, children, actions }: FormProps) {
  return (
    <form className={styles['form']} {...props}>
      {children}
      <p role='alert' className={problem === undefined ? 'visually-hidden' : styles['problem']}>{problem}</p>
      <div className={styles['actions']}>{actions}</div>
    </form>
  )
}
