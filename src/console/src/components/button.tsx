import type { ComponentProps, ReactNode } from 'react'
import { Link } from 'wouter'
import styles from './button.module.css'

type Look = 'primary' | 'plain' | 'quiet' | 'danger'

interface ButtonProps extends ComponentProps<'button'> {
  look?: Look
  busy?: boolean
  icon?: ReactNode
}

export function Button ({ look = 'plain', busy = false, icon, children, className, disabled, ...rest }: ButtonProps) {
  return (
    <button type='button' className={`${styles['button']} ${styles[look]} ${className ?? ''}`} disabled={disabled === true || busy} aria-busy={busy || undefined} {...rest}>
      {icon}{children}
    </button>
  )
}

/** A button with a picture only; its name is for screen readers and shows as a hint. */
export function IconButton ({ label, icon, className, ...rest }: Omit<ButtonProps, 'children'> & { label: string }) {
  return <Button look='quiet' {...rest} className={`${styles['icon']} ${className ?? ''}`} aria-label={label} title={label} icon={icon} />
}

export function ButtonLink ({ look = 'plain', icon, children, href }: { look?: Look, icon?: ReactNode, children: ReactNode, href: string }) {
  return <Link href={href} className={`${styles['button']} ${styles[look]}`}>{icon}{children}</Link>
}

/** A link with a picture only. */
export function IconLink ({ label, icon, href }: { label: string, icon: ReactNode, href: string }) {
  return <Link href={href} className={`${styles['button']} ${styles['quiet']} ${styles['icon']}`} aria-label={label} title={label}>{icon}</Link>
}
