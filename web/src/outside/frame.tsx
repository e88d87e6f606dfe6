import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { useLocale } from '../locale.ts'
import { changeLocale, useMessages } from '../messages.ts'
import mark from '../styles/mark.svg'
import { useHere } from '../where.ts'
import classes from './frame.module.css'

/** Paper with one column: the pages before the sign-in. */
export function OutsideFrame({ children }: { children: ReactNode }) {
  const t = useMessages('outside')
  const locale = useLocale()
  return (
    <div className={classes.frame}>
      <main className={classes.middle}>
        <div className={classes.sheet}>
          <div className={classes.brand}>
            <img src={mark} alt="" />
            Minato
          </div>
          {children}
        </div>
      </main>
      <footer className={classes.foot}>
        <Button
          variant="subtle"
          size="compact-sm"
          lang={locale === 'ja' ? 'en' : 'ja'}
          onClick={() => changeLocale(locale === 'ja' ? 'en' : 'ja')}
        >
          {t('otherLanguage')}
        </Button>
      </footer>
    </div>
  )
}

export function OutsidePage({
  title,
  intro,
  children,
}: {
  title: string
  intro?: ReactNode
  children?: ReactNode
}) {
  useHere([{ label: title }])
  return (
    <>
      <h1 className={classes.title}>{title}</h1>
      {intro !== undefined && <p className={classes.intro}>{intro}</p>}
      {children}
    </>
  )
}

export function Links({ children }: { children: ReactNode }) {
  return <nav className={classes.links}>{children}</nav>
}

export function Note({ children }: { children: ReactNode }) {
  return (
    <div className={classes.note} role="status">
      {children}
    </div>
  )
}

export function SignInLink() {
  const t = useMessages('outside')
  return (
    <Links>
      <a href="/sign-in">{t('backToSignIn')}</a>
    </Links>
  )
}
