// The whole of /widget.js: a button in a site's corner that calls the agent of a publishable key.
import { BrowserPhone, type Line, type PhoneState } from './browser-phone.ts'
import { PhoneError } from './phone-error.ts'
import { widgetWords } from './widget-words.ts'

const STYLE = `
:host { position: fixed; inset: auto 1rem 1rem auto; z-index: 2147483000; font: 15px/1.4 system-ui, sans-serif; color: #14213d }
section { background: #fff; border: 1px solid #ccd3df; border-radius: 14px; padding: .75rem; box-shadow: 0 6px 24px #0003; display: grid; gap: .5rem; max-width: 16rem }
button { font: inherit; border: 1px solid #ccd3df; border-radius: 9px; padding: .45rem .8rem; background: #f4f6fa; color: inherit; cursor: pointer }
button:focus-visible { outline: 3px solid #4c8dff; outline-offset: 1px }
.call { background: #0b6b3a; border-color: #0b6b3a; color: #fff } .end { background: #b3261e; border-color: #b3261e; color: #fff }
.row { display: flex; gap: .5rem } .keys { display: grid; grid-template-columns: repeat(3, 1fr); gap: .3rem } [hidden] { display: none } meter { width: 100% } p { margin: 0 }
@media (prefers-color-scheme: dark) { :host { color: #eef2f8 } section { background: #1b2230; border-color: #3b465a } button { background: #2a3446; border-color: #3b465a } }`

const script = document.currentScript
if (script instanceof HTMLScriptElement) install(new URL(script.src), script.dataset['key'] ?? '')

function install (source: URL, key: string): void {
  const words = widgetWords(document.documentElement.lang || navigator.language)
  const host = document.createElement('earshot-phone')
  const root = host.attachShadow({ mode: 'open' })
  const style = new CSSStyleSheet()
  style.replaceSync(STYLE)
  root.adoptedStyleSheets = [style]

  const button = (text: string, onClick: () => void, className = ''): HTMLButtonElement => {
    const element = Object.assign(document.createElement('button'), { type: 'button', textContent: text, className })
    element.addEventListener('click', onClick)
    return element
  }
  const box = (tag: string, className: string, ...children: HTMLElement[]): HTMLElement => {
    const element = Object.assign(document.createElement(tag), { className })
    element.append(...children)
    return element
  }

  let phone: BrowserPhone | undefined
  const status = box('p', '')
  status.setAttribute('role', 'status')
  const level = Object.assign(document.createElement('meter'), { min: 0, max: 1 })
  level.setAttribute('aria-label', words.agentLevel)
  const keys = box('div', 'keys', ...[...'123456789*0#'].map((digit) => {
    const element = button(digit, () => phone?.press(digit))
    element.setAttribute('aria-label', `${words.key} ${digit}`)
    return element
  }))
  keys.hidden = true
  const mute = button(words.mute, () => {
    if (phone === undefined) return
    phone.muted = !phone.muted
    mute.textContent = phone.muted ? words.unmute : words.mute
  })
  const keypad = button(words.keypad, () => {
    keys.hidden = !keys.hidden
    keypad.setAttribute('aria-expanded', String(!keys.hidden))
  })
  keypad.setAttribute('aria-expanded', 'false')
  const inCall = box('div', 'row', mute, keypad)
  const call = button(words.call, () => start(), 'call')
  const end = button(words.hangUp, () => phone?.hangUp(), 'end')
  const section = box('section', '', status, level, inCall, keys, call, end)
  section.setAttribute('aria-label', words.phone)
  root.append(section)
  show({ name: 'idle' })
  document.body.append(host)

  function start (): void {
    phone = new BrowserPhone({
      workletUrl: new URL('phone-worklet.js', source).href,
      openLine: () => openLine(source, key, words.notThisSite.join(location.origin)),
      onState: show,
      // The ear hears loudness by its logarithm: −50 dB is the meter's beginning.
      onLevels: ({ agent }) => { level.value = Math.max(0, 1 + Math.log10(Math.max(agent, 1e-6)) / 2.5) }
    })
    phone.call().catch(() => {})
  }

  function show (state: PhoneState): void {
    const running = state.name === 'preparing' || state.name === 'connecting' || state.name === 'live'
    const refusal = state.name === 'failed' && state.error.code === 'refused' ? state.error.message : ''
    status.textContent = state.name === 'idle' ? words.phone : state.name === 'failed' ? `${words.errors[state.error.code]} ${refusal}`.trim() : words[state.name]
    host.dataset['state'] = state.name
    call.hidden = running
    end.hidden = !running
    level.hidden = inCall.hidden = state.name !== 'live'
    if (state.name !== 'live') keys.hidden = true
    if (!running) mute.textContent = words.mute
    if (state.name === 'ended' || state.name === 'failed') call.focus()
  }
}

/** @param notThisSite what is told when the browser keeps the answer from the page: the gateway was there a moment ago, when the worklet came from it */
async function openLine (source: URL, key: string, notThisSite: string): Promise<Line> {
  const answer = await fetch(new URL('widget/calls', source), { method: 'POST', credentials: 'omit', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ key }) })
    .catch((cause: unknown) => { throw new PhoneError('refused', { cause, message: notThisSite }) })
  const { callSid, token, streamUrl, error }: Partial<Line> & { error?: { message: string } } = await answer.json()
  if (callSid === undefined || token === undefined || streamUrl === undefined) throw new PhoneError('refused', { message: error?.message ?? '' })
  return { callSid, token, streamUrl }
}
