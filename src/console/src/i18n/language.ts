import { preference } from '../preference.ts'

const LANGUAGES = ['en', 'es'] as const
type Language = typeof LANGUAGES[number]

const ofBrowser = (): Language => {
  for (const wished of navigator.languages) {
    const known = LANGUAGES.find((one) => wished.toLowerCase().startsWith(one))
    if (known !== undefined) return known
  }
  return 'en'
}

/** The console's language. */
export const language = preference<Language>('language', LANGUAGES, ofBrowser, (value) => { document.documentElement.lang = value })

/** Sentences by name; one with something to fill in is a function. */
interface Words { readonly [name: string]: string | ((...given: never[]) => string) | Words }

/** The sentences of one view in every language. One that lacks a sentence does not compile. */
export const texts = <W extends Words> (en: W, es: NoInfer<W>): Record<Language, W> => ({ en, es })

/** The sentences of a view in the language of now. */
export const useText = <W extends Words> (all: Record<Language, W>): W => all[language.use()]
