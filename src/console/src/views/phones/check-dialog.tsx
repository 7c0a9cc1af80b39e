import { CircleCheck, CircleX, RefreshCw, Wrench } from 'lucide-react'
import { useConfigurePhone, usePhoneCheck } from '../../api/phones.ts'
import type { NumberCheck, Phone } from '../../api/types.ts'
import { useApiMessage } from '../../components/api-message.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { tell, tellFailure } from '../../components/toasts.tsx'
import { useText } from '../../i18n/language.ts'
import { phoneNumberText } from '../../i18n/phone-number.ts'
import styles from './check.module.css'
import { words } from './words.ts'

/** What the gateway can put right at Twilio by itself. */
const CONFIGURABLE: ReadonlyArray<NumberCheck['name']> = ['voice_url', 'status_url', 'sms_url']

/** Whether calls and texts to a number reach Earshot, and what to do where they do not. */
export function CheckDialog ({ phone: { _id: id, phoneNumber }, onClose }: { phone: Phone, onClose: () => void }) {
  const t = useText(words)
  const message = useApiMessage()
  const query = usePhoneCheck(id)
  const configure = useConfigurePhone(id)
  const checks = query.data?.checks ?? []
  const canConfigure = checks.some(({ name, ok }) => !ok && CONFIGURABLE.includes(name))
  return (
    <Dialog open onClose={onClose} wide title={t.checkOf(phoneNumberText(phoneNumber))} description={t.checkHint}>
      <Loaded query={query}>
        {({ ok, checks }) => (
          <>
            <p role='status' className={ok ? styles['allGood'] : styles['notYet']}>{ok ? t.allGood : t.notYet(checks.filter((check) => !check.ok).length)}</p>
            <ul className={styles['checks']}>{checks.map((check) => <Check key={check.name} check={check} />)}</ul>
          </>
        )}
      </Loaded>
      <div className={styles['actions']}>
        {canConfigure && <Button look='primary' icon={<Wrench />} busy={configure.isPending} onClick={() => configure.mutate(undefined, { onSuccess: () => tell(t.configured), onError: (error) => tellFailure(message(error)) })}>{t.configure}</Button>}
        <Button icon={<RefreshCw />} busy={query.isFetching} onClick={() => query.refetch()}>{t.checkAgain}</Button>
      </div>
    </Dialog>
  )
}

function Check ({ check: { name, ok, found, advice, actual, expected } }: { check: NumberCheck }) {
  const t = useText(words)
  const Icon = ok ? CircleCheck : CircleX
  return (
    <li data-ok={ok}>
      <Icon role='img' aria-label={ok ? t.right : t.wrong} aria-hidden={false} />
      <div>
        <h3>{t.checks[name]}</h3>
        <p>{found}</p>
        {advice !== undefined && <p><strong>{t.advice}</strong> {advice}</p>}
        {!ok && expected !== undefined && <p>{actual !== undefined && actual !== '' && <><code>{actual}</code> → </>}<code>{expected}</code></p>}
      </div>
    </li>
  )
}
