import { useLiveCall } from '../../api/call-events.ts'
import { useCall } from '../../api/calls.ts'
import type { Call } from '../../api/types.ts'
import { ButtonLink } from '../../components/button.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Card } from '../../components/page.tsx'
import { useText } from '../../i18n/language.ts'
import { Transcript } from '../calls/transcript.tsx'
import { words } from './words.ts'

/** The words of the first call, while it is spoken or after. */
export function TranscriptStep ({ call: { _id } }: { call: Call }) {
  const t = useText(words)
  const query = useCall(_id)
  useLiveCall(_id, query.data?.status === 'active')
  return (
    <Card title={t.transcriptTitle} description={t.transcriptHint} actions={<ButtonLink look='primary' href={`/calls/${_id}`}>{t.open}</ButtonLink>}>
      <Loaded query={query}>{(call) => <Transcript call={call} />}</Loaded>
    </Card>
  )
}
