import type { Call } from '../../api/types.ts'
import { ButtonLink } from '../../components/button.tsx'
import { Card } from '../../components/page.tsx'
import { useText } from '../../i18n/language.ts'
import { LiveTranscript } from '../calls/live-transcript.tsx'
import { words } from './words.ts'

/** The words of the first call, while it is spoken or after. */
export function TranscriptStep ({ call: { _id } }: { call: Call }) {
  const t = useText(words)
  return (
    <Card title={t.transcriptTitle} description={t.transcriptHint} actions={<ButtonLink look='primary' href={`/calls/${_id}`}>{t.open}</ButtonLink>}>
      <LiveTranscript id={_id} />
    </Card>
  )
}
