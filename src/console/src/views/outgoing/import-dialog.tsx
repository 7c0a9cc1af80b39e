import { useState } from 'react'
import { useImportSchedule, type ImportReport } from '../../api/scheduled-calls.ts'
import type { Phone } from '../../api/types.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { FileField } from '../../components/field.tsx'
import { tell } from '../../components/toasts.tsx'
import { Form, useForm } from '../../components/use-form.tsx'
import { useText } from '../../i18n/language.ts'
import { phoneNumberText } from '../../i18n/phone-number.ts'
import styles from './import.module.css'
import { PlanFields, planOf, planValues } from './plan.tsx'
import { words } from './words.ts'

/** More rows are counted, not shown. */
const MOST_ROWS = 200

/** Schedules calls to the numbers of a CSV file: first it is only looked at, with a report of its rows, then they are scheduled. */
export function ImportDialog ({ phone, promptId, onClose }: { phone: Phone, promptId: string | undefined, onClose: () => void }) {
  const t = useText(words)
  const send = useImportSchedule()
  const [report, setReport] = useState<ImportReport>()
  // One wish, however often it is sent: a lost answer makes no second schedule.
  const [key, setKey] = useState(() => crypto.randomUUID())
  const form = useForm(() => ({ ...planValues(promptId), file: undefined as File | undefined }), async ({ file, ...plan }) => {
    const csv = await file?.text() ?? ''
    const answer = await send.mutateAsync({ plan: planOf(plan, phone), csv, ...(report === undefined ? {} : { key }) })
    if (report === undefined) return setReport(answer)
    tell(t.scheduled(answer.accepted))
    onClose()
  }, () => {
    // What was reported was of other values.
    setReport(undefined)
    setKey(crypto.randomUUID())
  })
  const looked = report !== undefined
  const { file } = form.values
  return (
    <Dialog open onClose={onClose} wide title={t.import} description={t.importHint}>
      <Form
        form={form}
        actions={
          <Button type='submit' look='primary' busy={form.busy} disabled={file === undefined || report?.accepted === 0}>
            {looked ? t.importNow(report.accepted) : t.importCheck}
          </Button>
        }
      >
        <PlanFields phone={phone} field={form.field}>
          <FileField field={form.field('file')} label={t.file} hint={t.fileHint} accept='.csv,.tsv,.txt,text/csv' />
        </PlanFields>
        {looked && <Report report={report} />}
      </Form>
    </Dialog>
  )
}

function Report ({ report: { accepted, duplicates, errors, rows } }: { report: ImportReport }) {
  const t = useText(words)
  const shown = rows.slice(0, MOST_ROWS)
  return (
    <section aria-label={t.report} className={styles['report']}>
      <p role='status'><strong>{t.numbers(accepted)}</strong>{duplicates > 0 && ` · ${t.duplicates(duplicates)}`}{errors > 0 && <span className={styles['bad']}> · {t.errors(errors)}</span>}</p>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reached by the keyboard */}
      <div className={styles['rows']} tabIndex={0} role='group' aria-label={t.rows}>
        <table>
          <thead><tr><th scope='col'>{t.row}</th><th scope='col'>{t.given}</th><th scope='col'>{t.result}</th></tr></thead>
          <tbody>
            {shown.map(({ row, given, phoneNumber, duplicateOf, error }) => (
              <tr key={row} className={error === undefined ? undefined : styles['bad']}>
                <td>{row}</td>
                <td>{given}</td>
                <td>{error !== undefined ? error.message : duplicateOf !== undefined ? t.duplicateOf(duplicateOf) : phoneNumberText(phoneNumber ?? '')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > shown.length && <p>{t.moreRows(rows.length - shown.length)}</p>}
    </section>
  )
}
