import { skipToken, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { callKey, callsKey, renewInLists, type CallFilter, type CallPages } from './calls.ts'
import { useEvents } from './events.ts'
import type { Call, Turn } from './types.ts'

/** A call in a list comes without its words. */
type Told = Omit<Call, 'transcript'>
interface CallEvent { call: Told }
interface TurnEvent { call_id: string, index: number, turn: Turn }

/** What goes on in a live call, with the words that are in none of its turns yet and may still change. */
export interface Activity { call_id: string, state: 'listening' | 'caller_speaking' | 'thinking' | 'agent_speaking' | 'ending', caller_words: string, agent_words: string }

const NAMES = ['call', 'turn', 'activity', 'end']

const activityKey = (id: string) => ['activity', id] as const

/** What was last told of a live call by its events; undefined before its media stream begins, and after the end. */
export const useActivity = (id: string): Activity | undefined => useQuery<Activity>({ queryKey: activityKey(id), queryFn: skipToken, staleTime: Infinity }).data

const putActivity = (queries: QueryClient, name: string, data: unknown): boolean => {
  if (name === 'activity') {
    const activity = data as Activity
    queries.setQueryData(activityKey(activity.call_id), activity)
  } else if (name === 'end') {
    queries.removeQueries({ queryKey: activityKey((data as CallEvent).call._id) })
  }
  return name === 'activity'
}

/** Keeps a list of calls true: new ones at its top, ended ones with their end. */
export const useLiveCalls = (filter: CallFilter): void => {
  const queries = useQueryClient()
  useEvents('/api/calls/events', NAMES, (name, data) => {
    if (putActivity(queries, name, data) || name === 'turn') return
    const { call } = data as CallEvent
    if (name === 'end') renewInLists(queries, { ...call, transcript: [] })
    else put(queries, filter, { ...call, transcript: [] })
  })
}

const put = (queries: QueryClient, filter: CallFilter, call: Call): void => {
  queries.setQueryData<CallPages>(callsKey(filter), (data) => {
    if (data === undefined) return data
    const isThere = data.pages.some(({ calls }) => calls.some(({ _id }) => _id === call._id))
    return {
      ...data,
      pages: data.pages.map((page, n) => ({
        ...page,
        calls: isThere
          ? page.calls.map((one) => one._id === call._id ? call : one)
          : n === 0 && matches(filter, call) ? [call, ...page.calls] : page.calls
      }))
    }
  })
}

/** Whether a call that has just begun belongs into a list; what was said in it is not known yet. */
const matches = ({ agent_id: agentId, number, status, search, started_before: before }: CallFilter, call: Call): boolean =>
  (agentId === undefined || call.agent_id === agentId) &&
  (number === undefined || call.from_number === number || call.to_number === number) &&
  (status === undefined || call.status === status) &&
  (before === undefined || call.start_time < before) &&
  search === undefined

/** Adds what is said in a call as it is said, until the call is over. */
export const useLiveCall = (id: string, live: boolean): void => {
  const queries = useQueryClient()
  const change = (how: (call: Call) => Call) => queries.setQueryData<Call>(callKey(id), (call) => call && how(call))
  useEvents(live ? `/api/calls/${encodeURIComponent(id)}/events` : undefined, NAMES, (name, data) => {
    if (putActivity(queries, name, data)) return
    if (name === 'turn') {
      const { index, turn } = data as TurnEvent
      change((call) => ({ ...call, transcript: withTurn(call.transcript, index, turn) }))
      return
    }
    const { call: told } = data as CallEvent
    change((call) => ({ ...told, transcript: call.transcript }))
    renewInLists(queries, { ...told, transcript: [] })
  })
}

/** A connection that comes back tells all turns again. */
const withTurn = (transcript: Turn[], index: number, turn: Turn): Turn[] => {
  const longer = [...transcript]
  longer[index] = turn
  return longer
}
