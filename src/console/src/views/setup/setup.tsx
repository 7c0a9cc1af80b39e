import { Check } from 'lucide-react'
import { agents } from '../../api/agents.ts'
import { useLiveCalls } from '../../api/call-events.ts'
import { useCalls } from '../../api/calls.ts'
import { phones } from '../../api/phones.ts'
import { useItems } from '../../api/resource.ts'
import { Loaded } from '../../components/loaded.tsx'
import { Page } from '../../components/page.tsx'
import { useText } from '../../i18n/language.ts'
import { AgentStep } from './agent-step.tsx'
import { NumberStep } from './number-step.tsx'
import styles from './setup.module.css'
import { TalkStep } from './talk-step.tsx'
import { TranscriptStep } from './transcript-step.tsx'
import { words } from './words.ts'

const STEPS = ['number', 'agent', 'talk', 'transcript'] as const
const EVERY_CALL = {}

/** The way to the first talk: what is there already tells which step is next. */
export default function SetUp () {
  const t = useText(words)
  const everyPhone = useItems(phones)
  const speakers = useItems(agents)
  const calls = useCalls(EVERY_CALL)
  useLiveCalls(EVERY_CALL)
  return (
    <Page title={t.title} description={t.description}>
      <Loaded query={everyPhone}>
        {(numbers) => (
          <Loaded query={speakers}>
            {(every) => (
              <Loaded query={calls}>
                {({ pages: [page] }) => {
                  const agent = every.find(({ direction }) => direction === 'incoming') ?? every[0]
                  const phone = numbers.find(({ phoneNumber }) => phoneNumber === agent?.phoneNumber) ?? numbers[0]
                  const call = page?.calls[0]
                  const step = phone === undefined ? 0 : agent === undefined ? 1 : call === undefined ? 2 : 3
                  return (
                    <>
                      <Progress step={step} />
                      {phone === undefined
                        ? <NumberStep />
                        : agent === undefined
                          ? <AgentStep phone={phone} />
                          : call === undefined || call.channel === 'browser' ? <TalkStep agent={agent} phone={phone} call={call} /> : <TranscriptStep call={call} />}
                    </>
                  )
                }}
              </Loaded>
            )}
          </Loaded>
        )}
      </Loaded>
    </Page>
  )
}

function Progress ({ step }: { step: number }) {
  const t = useText(words)
  return (
    <ol className={styles['progress']} aria-label={t.steps}>
      {STEPS.map((name, n) => (
        <li key={name} aria-current={n === step ? 'step' : undefined} data-done={n < step || undefined}>
          <span className={styles['dot']} aria-hidden>{n < step ? <Check /> : n + 1}</span>
          <span className='visually-hidden'>{t.step(n + 1, STEPS.length)}: </span>{t[name]}{n < step && <span className='visually-hidden'> ({t.done})</span>}
        </li>
      ))}
    </ol>
  )
}
