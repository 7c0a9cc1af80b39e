import { EarshotError } from '../errors.ts'
import type { AgentRecord } from '../store/agents.ts'
import type { PhoneRecord } from '../store/phones.ts'
import type { Stores } from '../store/stores.ts'

/**
 * Who talks on a call that we place: the agent that is named, else the number's outgoing one, else the one that answers it.
 * @throws EarshotError `invalid` when there is none
 */
export async function chooseAgent ({ agents }: Stores, { userId, phoneNumber }: PhoneRecord, agentId?: string): Promise<AgentRecord> {
  if (agentId !== undefined) {
    const agent = await agents.find(userId, agentId)
    if (agent?.active !== true) throw invalid('agentId is none of your active agents.')
    return agent
  }
  const { items } = await agents.list(userId, { filter: { phoneNumber, active: true }, sort: { field: 'updated_at', direction: -1 } })
  const agent = items.find(({ direction }) => direction === 'outgoing') ?? items[0]
  if (agent === undefined) throw invalid('The phone number has no active agent; make one, or name one by agentId.')
  return agent
}

const invalid = (message: string) => new EarshotError('invalid', message, { field: 'agentId' })
