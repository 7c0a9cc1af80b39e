import type { Agent } from '../../api/types.ts'
import { SelectField, SwitchField, TextArea, TextField } from '../../components/field.tsx'
import { Card, Pair } from '../../components/page.tsx'
import { useText } from '../../i18n/language.ts'
import type { AgentField } from './basics.tsx'
import { recordWords as words } from './behaviour-words.ts'

/** What is kept of calls, text messages, and what a machine hears that answers. */
export function Records ({ field, direction }: { field: AgentField, direction: Agent['direction'] }) {
  const t = useText(words)
  const detect = field('detectMachines')
  return (
    <>
      <Card title={t.title}>
        <SwitchField field={field('recordAudio')} label={t.recordAudio} hint={t.recordAudioHint} />
        <SwitchField field={field('recordTape')} label={t.recordTape} hint={t.recordTapeHint} />
        <TextField field={field('recordingNotice')} label={t.notice} hint={t.noticeHint} optional={t.optional} placeholder={t.noticePlaceholder} autoComplete='off' />
        {direction === 'incoming' && <SwitchField field={field('smsReplies')} label={t.smsReplies} hint={t.smsRepliesHint} />}
      </Card>
      {direction === 'outgoing' && (
        <Card title={t.machines}>
          <SwitchField field={detect} label={t.detect} hint={t.detectHint} />
          {detect.value && (
            <>
              <Pair>
                <SelectField field={field('voicemailAction')} label={t.action} options={[{ value: '', label: t.standardAction }, { value: 'leave_message', label: t.leave }, { value: 'hang_up', label: t.hangUp }, { value: 'continue', label: t.goOn }]} />
              </Pair>
              <TextArea field={field('voicemailMessage')} label={t.voicemail} hint={t.voicemailHint} optional={t.optional} rows={2} />
            </>
          )}
        </Card>
      )}
    </>
  )
}
