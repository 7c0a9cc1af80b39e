import type { MessageRecord } from '../store/messages.ts'

/** Answers in one thread within ten minutes; people write slower. */
const MAX_IN_TEN_MINUTES = 10
const TEN_MINUTES_MS = 600_000
/** Answers in one thread within a day. */
export const MAX_A_DAY = 60
/** The same words so often in a row, within the latest messages, are a machine's. */
const SAME_WORDS = 3

/** What machines say of themselves, in the languages whose words Earshot knows. */
const AUTOMATIC = new RegExp([
  'auto(?:matic|mated)?[- ]?(?:reply|response|message)', 'out of (?:the )?office', 'do not reply', 'no-?reply', 'unmonitored', 'driving (?:right )?now',
  'respuesta autom[aá]tica', 'fuera de (?:la )?oficina', 'no responda', 'r[eé]ponse automatique', 'ne pas r[eé]pondre', 'absent du bureau',
  'automatische (?:antwort|nachricht)', 'abwesenheitsnotiz', 'nicht auf diese nachricht'
].join('|'), 'i')

/**
 * Whether a thread looks like two machines talking to each other.
 * @param thread its messages of the last day, the newest first, with the one that waits for an answer
 */
export function isLoop ({ body, created_at: createdAt }: MessageRecord, thread: readonly MessageRecord[], nowMs: number): boolean {
  if (AUTOMATIC.test(body)) return true
  const answers = thread.filter(({ direction, agentId }) => direction === 'outgoing' && agentId !== undefined)
  if (answers.length >= MAX_A_DAY) return true
  if (answers.filter(({ created_at: at }) => nowMs - at.getTime() < TEN_MINUTES_MS).length >= MAX_IN_TEN_MINUTES) return true
  const words = normal(body)
  if (words === '') return false
  const before = thread.filter(({ created_at: at }) => at <= createdAt)
  const said = before.filter(({ direction }) => direction === 'incoming').slice(0, SAME_WORDS)
  if (said.length === SAME_WORDS && said.every((message) => normal(message.body) === words)) return true
  return words.length > 20 && answers.some((answer) => normal(answer.body) === words)
}

const normal = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim()
