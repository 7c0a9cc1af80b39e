import type { Clock } from '../clock.ts'
import type { Collection, Filter } from './collection.ts'
import type { KeptMessage, MessageStore, NewMessage } from './messages.ts'

/** Messages that come in: each is stored with the wish for an answer in one step, and whoever answers holds it by a lease. */
export interface IncomingMessages {
  /** Stores a message once. @param answerAtMs when it may be answered */
  receive (userId: string, message: Omit<NewMessage, 'direction' | 'status'>, answerAtMs: number): Promise<{ message: KeptMessage, created: boolean }>
  /** Takes the message that has waited longest for its answer, for `leaseMs`. */
  claimUnanswered (leaseMs: number): Promise<KeptMessage | undefined>
  /** Takes this one, if it waits for its answer and nobody has it. */
  claimMessage (id: string, leaseMs: number): Promise<KeptMessage | undefined>
  /** Notes what is known of the answer. False: the lease has run out, and somebody else has the message. */
  noteAnswer (claimed: KeptMessage, known: Pick<KeptMessage, 'answer' | 'toolsRan'>): Promise<boolean>
  /** Notes who answers a message, and what the model was used for; not with its lease, for it has been used in any case. */
  noteUsage (id: string, agentId: string, usage: NonNullable<KeptMessage['usage']>): Promise<void>
  /** How many should have been answered by now. */
  countUnanswered (): Promise<number>
  /** The message waits no longer. @param unanswered why it has got no answer */
  settle (claimed: KeptMessage, unanswered?: string): Promise<void>
  /** Gives a message back, to be claimed again at that time. */
  postpone (claimed: KeptMessage, answerAtMs: number): Promise<void>
  /** Whether the same person has written again since. */
  hasNewer (message: KeptMessage): Promise<boolean>
}

export function incomingMessages (collection: Collection<KeptMessage>, clock: Clock, create: MessageStore['create']): IncomingMessages {
  const now = (): Date => new Date(clock.now())
  const claim = (filter: Filter, leaseMs: number) => collection.findOneAndUpdate(
    { ...filter, answerAtMs: { $lte: clock.now() } },
    { $set: { answerAtMs: clock.now() + leaseMs, updated_at: now() }, $inc: { attempts: 1 } },
    { sort: { answerAtMs: 1 } }
  )
  const held = ({ _id, answerAtMs, attempts }: KeptMessage): Filter => ({ _id, answerAtMs, attempts })
  return {
    receive: (userId, message, answerAtMs) => create(userId, { ...message, direction: 'incoming', status: 'received' }, { answerAtMs, attempts: 0 }),
    claimUnanswered: (leaseMs) => claim({}, leaseMs),
    claimMessage: (id, leaseMs) => claim({ _id: id }, leaseMs),
    countUnanswered: () => collection.count({ answerAtMs: { $lte: clock.now() } }),
    noteAnswer: async (claimed, known) => await collection.updateOne(held(claimed), { $set: { ...known, updated_at: now() } }) === 1,
    async noteUsage (id, agentId, usage) {
      await collection.updateOne({ _id: id }, { $set: { agentId, usage, updated_at: now() } })
    },
    async settle (claimed, unanswered) {
      await collection.updateOne(held(claimed), {
        $set: { updated_at: now(), ...(unanswered === undefined ? {} : { unanswered }) },
        $unset: { answerAtMs: true, answer: true, attempts: true, toolsRan: true }
      })
    },
    async postpone (claimed, answerAtMs) {
      await collection.updateOne(held(claimed), { $set: { answerAtMs, updated_at: now() } })
    },
    hasNewer: async ({ userId, fromNumber, toNumber, _id, created_at: at }) => await collection.findOne({
      userId, toNumber, fromNumber, answerAtMs: { $exists: true }, $or: [{ created_at: { $gt: at } }, { created_at: at, _id: { $gt: _id } }]
    }) !== undefined
  }
}
