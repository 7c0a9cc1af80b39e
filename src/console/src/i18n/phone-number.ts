/** A number in groups that can be read: +1 202 555 0142. Others than North American ones keep their digits together after the first groups. */
export const phoneNumberText = (number: string): string => {
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number)
  if (american !== null) return `+1 ${american[1]} ${american[2]} ${american[3]}`
  const other = /^(\+\d{2})(\d{3})(\d{3})(\d+)$/.exec(number)
  return other === null ? number : other.slice(1).join(' ')
}

/** A number as people write it, in the form of the API: "+1 (202) 555-0142" is +12025550142. */
export const withoutSpaces = (number: string): string => number.replace(/[\s().-]/g, '')

/** The numbers of a text, one a line or with commas between, each once. */
export const numbersIn = (text: string): string[] => [...new Set(text.split(/[\n,;]/).map(withoutSpaces).filter((number) => number !== ''))]
