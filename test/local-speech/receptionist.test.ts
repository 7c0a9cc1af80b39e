import { test } from 'tap'
import { receptionistReply, type Turn } from '../../src/local-speech/receptionist.ts'

const system: Turn = { role: 'system', text: 'You sell hats. Say goodbye nicely.' }
const user = (text: string): Turn => ({ role: 'user', text })
const assistant = (text: string): Turn => ({ role: 'assistant', text })

test('greets, and says that it is an echo', (t) => {
  for (const turns of [[], [system], [system, user('Hello?')], [assistant('Welcome.'), user('Hi, good morning.')]]) {
    t.match(receptionistReply(turns), { text: /^Hello!.* echo/, ends: false })
  }
  t.end()
})

test('repeats what was said since it last spoke, greeting or not', (t) => {
  t.equal(receptionistReply([system, user('I need a hat')]).text, 'You said: I need a hat. Is there anything else?')
  t.equal(receptionistReply([user('One.'), assistant('You said: One.'), user('A red'), user('one?')]).text, 'You said: A red one? Is there anything else?')
  t.match(receptionistReply([user('Hello, I would like to order a hat.')]).text, 'You said: Hello, I would like')
  t.match(receptionistReply([user('Hello and by the way')]).text, /echo/)
  t.end()
})

test('ends on a goodbye, and on nothing that only sounds like one', (t) => {
  for (const text of ['Goodbye.', 'OK, bye bye', 'Thanks, that\'s all.', 'Good bye!', 'No thank you.', 'please hang up']) t.equal(receptionistReply([user(text)]).ends, true, text)
  for (const text of ['I want to buy a hat.', 'It is by the door.', 'Is that all?']) t.equal(receptionistReply([user(text)]).ends, false, text)
  t.end()
})

test('has nothing to add to a tool\'s answer', (t) => {
  t.same(receptionistReply([user('Bye.'), assistant('Goodbye!'), { role: 'tool', text: 'ended' }]), { text: '', ends: false })
  t.end()
})
