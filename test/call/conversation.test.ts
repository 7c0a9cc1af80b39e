import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { Conversation } from '../../src/call/conversation.ts'
import { TranscriptWriter, type TranscriptTurn } from '../../src/call/transcript.ts'
import type { LlmMessage } from '../../src/llm/llm.ts'

const setUp = (past: TranscriptTurn[] = [], system = 'Be kind.') => {
  const stored: string[] = []
  const told: string[] = []
  const writer = new TranscriptWriter(new VirtualClock(0), {
    append: async (index, { role, text }) => { stored.push(`${index} ${role}: ${text}`) },
    complete: async () => {},
    isRetryable: () => false
  }, () => {}, past.length)
  const conversation = new Conversation(system, writer, ({ text }) => told.push(text), past)
  const settled = async () => { for (let i = 0; i < 20; i++) await Promise.resolve() }
  return { conversation, stored, told, settled }
}
const user = (text: string): TranscriptTurn => ({ role: 'user', text, timestampMs: 0 })
const assistant = (text: string, interrupted?: true): TranscriptTurn => ({ role: 'assistant', text, timestampMs: 0, ...(interrupted ? { interrupted } : {}) })
const lines = (messages: LlmMessage[]): string[] => messages.map(({ role, content }) => `${role}: ${content}`)

test('the model gets the agent\'s prompt, the past and the words; the record gets the turns as they settle', async (t) => {
  const { conversation, stored, told, settled } = setUp()
  conversation.add(assistant('Hello.'))
  conversation.hold(user('A table, please.'))
  t.same(lines(conversation.messagesFor('For two.')), ['system: Be kind.', 'assistant: Hello.', 'user: For two.'], 'a held turn is no past yet')
  conversation.add(assistant('For how', true))
  t.same(lines(conversation.messagesFor('For two.')), ['system: Be kind.', 'assistant: Hello.', 'user: A table, please.', 'assistant: For how —', 'user: For two.'])
  await settled()
  t.same(stored, ['0 assistant: Hello.', '1 user: A table, please.', '2 assistant: For how'])
  t.same(told, ['Hello.', 'A table, please.', 'For how'])
})

test('a turn that was taken back never happened', async (t) => {
  const { conversation, stored, settled } = setUp()
  conversation.hold(user('I want'))
  t.ok(conversation.isHolding)
  conversation.retract()
  t.notOk(conversation.isHolding)
  conversation.settle()
  conversation.hold(user('I want a table.'))
  conversation.settle()
  conversation.settle()
  await settled()
  t.same(stored, ['0 user: I want a table.'])
})

test('holding the next turn settles the one before', async (t) => {
  const { conversation, stored, settled } = setUp()
  conversation.hold(user('One.'))
  conversation.hold(user('Two.'))
  conversation.settle()
  await settled()
  t.same(stored, ['0 user: One.', '1 user: Two.'])
})

test('an answer of which nothing was heard leaves no turn, but what its tools did is remembered', async (t) => {
  const { conversation, stored, settled } = setUp()
  const toolMessages: LlmMessage[] = [
    { role: 'assistant', content: '', toolCalls: [{ id: '1', name: 'book', arguments: '{}' }] },
    { role: 'tool', toolCallId: '1', content: 'Booked.' }
  ]
  conversation.hold(user('Book it.'))
  conversation.add(assistant(''), toolMessages)
  t.same(conversation.messagesFor('Thanks.').slice(1), [{ role: 'user', content: 'Book it.' }, ...toolMessages, { role: 'user', content: 'Thanks.' }])
  await settled()
  t.same(stored, ['0 user: Book it.'])
})

test('a resumed call remembers what was said before, but stores it no second time', async (t) => {
  const { conversation, stored, settled } = setUp([user('One.'), { role: 'tool', text: 'x', timestampMs: 0 }, assistant('Two', true)], '')
  t.same(lines(conversation.messagesFor('Three.')), ['user: One.', 'assistant: Two —', 'user: Three.'])
  conversation.add(assistant('Four.'))
  await settled()
  t.same(stored, ['3 assistant: Four.'])
})

test('a call without end keeps a bounded past that never begins with an orphaned result of a tool', (t) => {
  const { conversation } = setUp()
  for (let i = 0; i < 150; i++) {
    conversation.add(user(`Question ${i}`))
    conversation.add(assistant(`Answer ${i}`), [
      { role: 'assistant', content: '', toolCalls: [{ id: `${i}`, name: 'look', arguments: '{}' }] },
      { role: 'tool', toolCallId: `${i}`, content: 'Found.' }
    ])
    const [system, first, ...rest] = conversation.messagesFor('Go on.')
    t.equal(system?.role, 'system')
    if (first?.role === 'tool') t.fail(`begins with a tool's result after ${i} turns`)
    if (rest.length > 201) t.fail(`${rest.length} messages`)
  }
  t.equal(conversation.messagesFor('Go on.').at(-2)?.content, 'Answer 149')
  t.end()
})
