import { useMemo } from 'react'
import { language } from './language.ts'

/** Seconds as a clock shows them: 1:05, 1:02:03. */
export const duration = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds))
  const parts = whole < 3600 ? [Math.floor(whole / 60), whole % 60] : [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return parts.map((part, n) => n === 0 ? String(part) : String(part).padStart(2, '0')).join(':')
}

/** Dates and numbers as the chosen language writes them. */
export const useFormat = () => {
  const chosen = language.use()
  return useMemo(() => {
    const dateTime = new Intl.DateTimeFormat(chosen, { dateStyle: 'medium', timeStyle: 'short' })
    const time = new Intl.DateTimeFormat(chosen, { timeStyle: 'short' })
    const day = new Intl.DateTimeFormat(chosen, { day: 'numeric', month: 'short' })
    const number = new Intl.NumberFormat(chosen)
    const percent = new Intl.NumberFormat(chosen, { style: 'percent', maximumFractionDigits: 0 })
    const isToday = (date: Date) => date.toDateString() === new Date().toDateString()
    return {
      dateTime: (when: string) => dateTime.format(new Date(when)),
      /** The time of today, else the day. */
      short: (when: string) => (isToday(new Date(when)) ? time : day).format(new Date(when)),
      day: (when: string | Date) => day.format(new Date(when)),
      number: (value: number) => number.format(value),
      percent: (part: number) => percent.format(part),
      /** Of calls: 45 s, 3 min, 2.5 h. */
      length: (seconds: number | undefined) => seconds === undefined
        ? '–'
        : seconds < 120 ? `${number.format(Math.round(seconds))} s` : seconds < 7200 ? `${number.format(Math.round(seconds / 6) / 10)} min` : `${number.format(Math.round(seconds / 360) / 10)} h`,
      milliseconds: (ms: number) => ms < 1000 ? `${number.format(Math.round(ms))} ms` : `${number.format(Math.round(ms / 100) / 10)} s`
    }
  }, [chosen])
}

/** An instant as an input of type datetime-local has it. */
export const localDateTime = (date: Date): string => {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`
}
