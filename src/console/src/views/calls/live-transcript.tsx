import { useLiveCall } from '../../api/call-events.ts'
import { useCall } from '../../api/calls.ts'
import { Loaded } from '../../components/loaded.tsx'
import { Transcript } from './transcript.tsx'

/** The words of a call, while it is spoken or after. */
export function LiveTranscript ({ id }: { id: string }) {
  const query = useCall(id)
  useLiveCall(id, query.data?.status === 'active')
  return <Loaded query={query}>{(call) => <Transcript call={call} />}</Loaded>
}
