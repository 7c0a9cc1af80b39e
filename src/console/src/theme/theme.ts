import { preference } from '../preference.ts'

/** Light, dark, or as the system has it. */
export const theme = preference('theme', ['system', 'light', 'dark'], () => 'system', (value) => {
  if (value === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = value
})
