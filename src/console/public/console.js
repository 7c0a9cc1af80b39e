// The console as it is for now: sign in, the list of calls, and one call's transcript while it is spoken.

const REFRESH_MS = 1000

const at = (id) => document.getElementById(id)
const form = document.querySelector('#sign-in form')
const alertLine = form.querySelector('.error')
const speakers = { user: 'Caller', assistant: 'Agent', system: 'Note', tool: 'Tool' }

let selected
let timer

/** Asks the API. Throws its message, with the HTTP status. */
async function api (path, options = {}) {
  const { body, ...rest } = options
  const response = await fetch(`/api${path}`, {
    ...rest,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  })
  const answer = await response.json()
  if (!answer.success) throw Object.assign(new Error(answer.error.message), { status: response.status })
  return answer
}

function element (name, className, text) {
  const made = document.createElement(name)
  if (className) made.className = className
  if (text !== undefined) made.textContent = text
  return made
}

/** Seconds as minutes and seconds. */
const duration = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
const lengthOf = (call) => call.status === 'active' ? 'live' : duration(call.duration_seconds ?? 0)
const startOf = (call) => new Date(call.start_time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })

function showCalls (calls) {
  at('no-calls').hidden = calls.length > 0
  const rows = new Map([...at('calls').children].map((row) => [row.dataset.id, row]))
  calls.forEach((call, index) => {
    const row = rows.get(call._id) ?? newRow(call)
    rows.delete(call._id)
    const [button] = row.children
    const [, length, when] = button.children
    length.textContent = lengthOf(call)
    length.classList.toggle('live', call.status === 'active')
    when.textContent = startOf(call)
    button.setAttribute('aria-current', String(call._id === selected))
    if (at('calls').children[index] !== row) at('calls').insertBefore(row, at('calls').children[index] ?? null)
  })
  for (const row of rows.values()) row.remove()
}

function newRow (call) {
  const row = element('li')
  row.dataset.id = call._id
  const button = element('button')
  button.type = 'button'
  button.append(element('span', 'who', call.from_number || 'Unknown caller'), element('span', 'length'), element('span', 'when'))
  button.addEventListener('click', () => {
    selected = call._id
    at('turns').replaceChildren()
    at('call-heading').focus()
    refresh()
  })
  row.append(button)
  return row
}

/** Only what is new is added, so that a screen reader reads each turn once. */
function showCall (call) {
  at('no-call').hidden = true
  at('call-heading').textContent = `Call from ${call.from_number || 'an unknown number'}`
  at('call-facts').textContent = `${startOf(call)} · to ${call.to_number} · ${lengthOf(call)}`
  const turns = at('turns')
  while (turns.children.length > call.transcript.length) turns.lastChild.remove()
  call.transcript.slice(turns.children.length).forEach(({ role, text, interrupted }) => {
    const turn = element('li', role)
    turn.append(element('span', 'who', `${speakers[role]}${interrupted ? ' (interrupted)' : ''}`), text)
    turns.append(turn)
  })
}

function showSignIn () {
  clearTimeout(timer)
  selected = undefined
  at('console').hidden = true
  at('sign-in').hidden = false
}

function showConsole (user) {
  at('user').textContent = user.email
  at('sign-in').hidden = true
  at('console').hidden = false
  refresh()
}

/** Reads the calls and the chosen one, then does so again in a second. */
async function refresh () {
  clearTimeout(timer)
  try {
    if (!document.hidden) {
      const chosen = selected
      const [{ calls }, one] = await Promise.all([api('/calls?limit=100'), chosen && api(`/calls/${chosen}`)])
      showCalls(calls)
      if (one && chosen === selected) showCall(one.call)
    }
    at('connection').hidden = true
  } catch (error) {
    if (error.status === 401) return showSignIn()
    at('connection').hidden = false
  }
  clearTimeout(timer)
  timer = setTimeout(refresh, REFRESH_MS)
}

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const { email, password } = Object.fromEntries(new FormData(form))
  const buttons = form.querySelectorAll('button')
  buttons.forEach((button) => { button.disabled = true })
  alertLine.textContent = ''
  try {
    const { user } = await api(`/auth/${event.submitter?.value ?? 'login'}`, { method: 'POST', body: { email, password } })
    form.reset()
    showConsole(user)
  } catch (error) {
    alertLine.textContent = error.status ? error.message : 'The gateway does not answer.'
  } finally {
    buttons.forEach((button) => { button.disabled = false })
  }
})

at('sign-out').addEventListener('click', async () => {
  await api('/auth/logout', { method: 'POST' }).catch(() => {})
  at('calls').replaceChildren()
  at('turns').replaceChildren()
  showSignIn()
})

document.addEventListener('visibilitychange', () => { if (!document.hidden && !at('console').hidden) refresh() })

api('/auth/me').then(({ user }) => showConsole(user), showSignIn)
