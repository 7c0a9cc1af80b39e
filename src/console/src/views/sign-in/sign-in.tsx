import { useState } from 'react'
import { signIn, useRegistration, type SignIn as Credentials } from '../../api/session.ts'
import { Button } from '../../components/button.tsx'
import { TextField } from '../../components/field.tsx'
import { Form, useForm } from '../../components/use-form.tsx'
import { texts, useText } from '../../i18n/language.ts'
import { Logo } from '../../shell/shell.tsx'
import styles from './sign-in.module.css'

const words = texts({
  login: 'Sign in',
  register: 'Create an account',
  first: 'Welcome to Earshot',
  firstHint: 'Create the first account. The next steps take you to a talking agent within minutes.',
  loginHint: 'Your agents, your calls, your numbers.',
  registerHint: 'Your own numbers, agents and calls, seen by nobody else.',
  email: 'E-mail',
  password: 'Password',
  passwordHint: 'At least 8 characters.',
  noAccount: 'No account yet?',
  haveAccount: 'Already have an account?'
}, {
  login: 'Iniciar sesión',
  register: 'Crear una cuenta',
  first: 'Te damos la bienvenida a Earshot',
  firstHint: 'Crea la primera cuenta. Los pasos siguientes te llevan en minutos a un agente que habla.',
  loginHint: 'Tus agentes, tus llamadas, tus números.',
  registerHint: 'Tus propios números, agentes y llamadas, que nadie más ve.',
  email: 'Correo electrónico',
  password: 'Contraseña',
  passwordHint: 'Al menos 8 caracteres.',
  noAccount: '¿Aún no tienes cuenta?',
  haveAccount: '¿Ya tienes cuenta?'
})

export default function SignIn () {
  const t = useText(words)
  const { data: registration } = useRegistration()
  const [chosen, setChosen] = useState<'login' | 'register'>()
  const how = chosen ?? (registration?.first === true ? 'register' : 'login')
  const isFirst = registration?.first === true && how === 'register'
  const form = useForm<Credentials>({ email: '', password: '' }, (values) => signIn(how, values))
  return (
    <main className={styles['page']}>
      <div className={styles['sheet']}>
        <Logo />
        <div>
          <h1>{isFirst ? t.first : t[how]}</h1>
          <p className={styles['hint']}>{isFirst ? t.firstHint : how === 'login' ? t.loginHint : t.registerHint}</p>
        </div>
        <Form form={form} actions={<Button type='submit' look='primary' busy={form.busy} className={styles['submit'] ?? ''}>{t[how]}</Button>}>
          <TextField field={form.field('email')} label={t.email} type='email' autoComplete='username' required />
          <TextField
            field={form.field('password')} label={t.password} type='password' required
            autoComplete={how === 'login' ? 'current-password' : 'new-password'}
            hint={how === 'register' ? t.passwordHint : undefined}
          />
        </Form>
        {registration?.open === true && (
          <p className={styles['other']}>
            {how === 'login' ? t.noAccount : t.haveAccount}
            <Button look='quiet' onClick={() => setChosen(how === 'login' ? 'register' : 'login')}>{how === 'login' ? t.register : t.login}</Button>
          </p>
        )}
      </div>
    </main>
  )
}
