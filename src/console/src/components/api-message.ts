import { useCallback } from 'react'
import { ApiError } from '../api/client.ts'
import { texts, useText } from '../i18n/language.ts'

const words = texts({
  unreachable: 'The gateway does not answer. Check the connection and try again.',
  unexpected: 'Something went wrong here.',
  rate_limited: 'Too many attempts. Wait a moment, then try again.',
  empty: 'Fill this in.',
  shorter: (least: string) => `At least ${least} characters.`,
  longer: (most: string) => `At most ${most} characters.`,
  none: 'Choose at least one.',
  less: (least: string) => `At least ${least}.`,
  more: (most: string) => `At most ${most}.`,
  number: 'Only a number.',
  email: 'Not an e-mail address, such as me@example.com.',
  time: 'Give a day and a time.',
  phoneNumber: 'Begin with + and the country code, such as +1 202 555 0142.',
  accountSid: 'It begins with AC, as Twilio’s console shows it.',
  url: 'An address that begins with https://',
  form: 'Not in the form that is asked for.'
}, {
  unreachable: 'La pasarela no responde. Comprueba la conexión e inténtalo de nuevo.',
  unexpected: 'Algo ha fallado aquí.',
  rate_limited: 'Demasiados intentos. Espera un momento e inténtalo de nuevo.',
  empty: 'Falta completar esto.',
  shorter: (least: string) => `Al menos ${least} caracteres.`,
  longer: (most: string) => `Como mucho ${most} caracteres.`,
  none: 'Elige al menos uno.',
  less: (least: string) => `Al menos ${least}.`,
  more: (most: string) => `Como mucho ${most}.`,
  number: 'Solo un número.',
  email: 'No es una dirección de correo, como yo@example.com.',
  time: 'Indica día y hora.',
  phoneNumber: 'Empieza por + y el prefijo del país, por ejemplo +34 910 12 34 56.',
  accountSid: 'Empieza por AC, tal como lo muestra la consola de Twilio.',
  url: 'Una dirección que empieza por https://',
  form: 'No tiene la forma que se pide.'
})

type Words = typeof words.en

/** What JSON Schema finds wrong with a value (the sentences are Ajv's), for people who never heard of it. */
const FAULTS: ReadonlyArray<[RegExp, (t: Words, given: string) => string]> = [
  [/^must not have fewer than 1 characters$/i, (t) => t.empty],
  [/^must not have fewer than (\d+) characters$/i, (t, least) => t.shorter(least)],
  [/^must not have more than (\d+) characters$/i, (t, most) => t.longer(most)],
  [/^must not have fewer than 1 items$/i, (t) => t.none],
  [/^must be >=? (\S+)$/i, (t, least) => t.less(least)],
  [/^must be <=? (\S+)$/i, (t, most) => t.more(most)],
  [/^must be (?:number|integer)(?:,null)?$/i, (t) => t.number],
  [/^must match format "email"$/i, (t) => t.email],
  [/^must match format "date-time"$/i, (t) => t.time],
  [/^must match pattern "\^\\\+\[1-9\]/i, (t) => t.phoneNumber],
  [/^must match pattern "\^AC/i, (t) => t.accountSid],
  [/^must match (?:pattern "\^https|format "uri")/i, (t) => t.url],
  [/^must match pattern "\\S"$/i, (t) => t.empty],
  [/^must match /i, (t) => t.form]
]

/** What to say of a failure: the API's own words, unless they are a program's. */
export const useApiMessage = () => {
  const t = useText(words)
  return useCallback((error: Error): string => {
    if (!(error instanceof ApiError)) return t.unexpected
    if (error.code === 'unreachable') return t.unreachable
    if (error.code === 'rate_limited') return t.rate_limited
    for (const [fault, say] of FAULTS) {
      const found = fault.exec(error.message)
      if (found !== null) return say(t, found[1] ?? '')
    }
    return error.message
  }, [t])
}
