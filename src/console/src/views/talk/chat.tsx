import { useMutation } from '@tanstack/react-query'
import { RotateCcw, Send } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { chatWith, useGreeting, type ChatMessage, type ToolCall } from '../../api/chat.ts'
import type { Agent } from '../../api/types.ts'
import { useApiMessage } from '../../components/api-message.ts'
import { Button } from '../../components/button.tsx'
import { SwitchField } from '../../components/field.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { useText } from '../../i18n/language.ts'
import styles from './chat.module.css'
import { ToolCalls } from './tool-calls.tsx'
import { words } from './words.ts'

/** What was written, and what the agent did for it. */
type Line = ChatMessage & { toolCalls?: ToolCall[] }

/** An agent tried out in writing, with its prompt, its model and its tools. */
export function Chat ({ agent }: { agent: Agent }) {
  const query = useGreeting(agent)
  return <Loaded query={query}>{(greeting) => <Conversation key={greeting} agent={agent} greeting={{ role: 'assistant', content: greeting }} />}</Loaded>
}

function Conversation ({ agent, greeting }: { agent: Agent, greeting: ChatMessage }) {
  const t = useText(words)
  const message = useApiMessage()
  const [lines, setLines] = useState<Line[]>([greeting])
  const [text, setText] = useState('')
  const [runTools, setRunTools] = useState(true)
  const answer = useMutation({
    // A reply that is a tool's use only has no words.
    mutationFn: (said: Line[]) => chatWith(agent._id, { runTools, messages: said.filter(({ content }) => content !== '').map(({ role, content }) => ({ role, content })) }),
    onSuccess: ({ text: content, toolCalls }, said) => setLines([...said, { role: 'assistant', content, toolCalls }]),
    onError: (_error, said) => { setLines(said.slice(0, -1)); setText(said.at(-1)?.content ?? '') }
  })
  const ended = answer.data?.ended === true
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (text.trim() === '' || answer.isPending || ended) return
    const said: Line[] = [...lines, { role: 'user', content: text }]
    setLines(said)
    setText('')
    answer.mutate(said)
  }
  const again = () => { setLines([greeting]); answer.reset() }
  return (
    <section className={styles['chat']} aria-label={t.chat}>
      <ol className={styles['lines']} aria-live='polite' aria-relevant='additions'>
        {lines.map(({ role, content, toolCalls = [] }, n) => (
          <li key={n} className={styles[role]}>
            <span className='visually-hidden'>{role === 'user' ? t.you : agent.name}: </span>
            <ToolCalls calls={toolCalls} />
            {content !== '' && <p className={styles['text']}>{content}</p>}
          </li>
        ))}
        {answer.isPending && <li className={styles['assistant']}><p className={styles['text']}>{t.thinking}</p></li>}
        {ended && <li className={styles['ended']}>{t.wouldEnd}</li>}
      </ol>
      <form className={styles['form']} onSubmit={submit}>
        <label className='visually-hidden' htmlFor='say'>{t.write(agent.name)}</label>
        <textarea
          id='say' value={text} placeholder={t.write(agent.name)} rows={1} maxLength={8000} disabled={ended}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => { if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) submit(event) }}
        />
        <Button type='submit' look='primary' icon={<Send />} busy={answer.isPending} disabled={ended}>{t.send}</Button>
        {answer.error !== null && <p role='alert' className={styles['problem']}>{message(answer.error)}</p>}
      </form>
      <footer className={styles['footer']}>
        <SwitchField field={{ name: 'runTools', value: runTools, onChange: setRunTools }} label={t.runTools} hint={t.runToolsHint} />
        <Button look='quiet' icon={<RotateCcw />} onClick={again}>{t.fromTheStart}</Button>
      </footer>
    </section>
  )
}
