import { useCallback } from 'react'
import { ApiError } from '../api/client.ts'
import { texts, useText } from '../i18n/language.ts'

const words = texts({
  unreachable: 'The gateway does not answer. Check the connection and try again.',
  unexpected: 'Something went wrong here.',
  rate_limited: 'Too many attempts. Wait a moment, then try again.'
}, {
  unreachable: 'La pasarela no responde. Comprueba la conexión e inténtalo de nuevo.',
  unexpected: 'Algo ha fallado aquí.',
  rate_limited: 'Demasiados intentos. Espera un momento e inténtalo de nuevo.'
})

/** What to say of a failure: the API's own words, where it has any. */
export const useApiMessage = () => {
  const t = useText(words)
  return useCallback((error: Error): string => {
    if (!(error instanceof ApiError)) return t.unexpected
    if (error.code === 'unreachable') return t.unreachable
    if (error.code === 'rate_limited') return t.rate_limited
    return error.message
  }, [t])
}
