import { useText } from '../../i18n/language.ts'
import { endReasons } from './words.ts'

/** Tells in words why a call ended; a code that has none yet, by itself. */
export const useEndReason = () => {
  const known = useText(endReasons)
  const byCode = new Map(Object.entries(known))
  return (code: string): string => byCode.get(code.replaceAll('-', '_')) ?? code.replaceAll('_', ' ')
}
