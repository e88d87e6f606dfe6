import { Button } from '@mantine/core'
import { IconAnchor } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { WebApp } from '../app.ts'
import { useLocale } from '../locale.ts'
import { useMessages } from '../messages.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { Icon } from '../parts/icon.tsx'
import { MainAction } from '../parts/main-action.tsx'
import { Page } from '../parts/page.tsx'
import { shellQuery, useSession } from '../session.ts'
import { usableApps } from './apps.ts'
import classes from './home-page.module.css'

export function HomePage() {
  const t = useMessages('shell')
  const session = useSession()
  const shell = useQuery(shellQuery)
  const usable = shell.data === undefined ? [] : usableApps(session, shell.data)
  const shown = usable.filter(({ navigation }) => navigation !== undefined)
  return (
    <Page
      title={t('homePage.greeting', { name: session.user.name || session.user.email })}
      trail={t('homePage.title')}
      width="narrow"
    >
      {shown.length === 0 ? (
        <EmptyState
          icon={IconAnchor}
          title={t('homePage.none')}
          detail={t('homePage.noneDetail')}
          action={
            <Button renderRoot={(props) => <Link to="/profile" {...props} />}>
              {t('homePage.noneAct')}
            </Button>
          }
        />
      ) : (
        <ul className={classes.list}>
          {shown.map((app, place) => (
            <AppRow key={app.name} app={app} first={place === 0} />
          ))}
        </ul>
      )}
    </Page>
  )
}

function AppRow({ app, first }: { app: WebApp; first: boolean }) {
  const t = useMessages('shell')
  const locale = useLocale()
  const { navigation } = app
  if (navigation === undefined) return null
  const step = navigation.nextStep
  const label = step?.label[locale] ?? t('homePage.open')
  // One signal a screen: the first app's next step is what most people came for.
  const Act = first ? MainAction : Button
  return (
    <li className={classes.row}>
      <span className={classes.icon}>
        <Icon of={navigation.icon} size={22} />
      </span>
      <div className={classes.text}>
        <h2>
          <Link to={navigation.path}>{navigation.label[locale]}</Link>
        </h2>
        {navigation.summary !== undefined && <p>{navigation.summary[locale]}</p>}
      </div>
      <Act renderRoot={(props) => <Link to={step?.path ?? navigation.path} {...props} />}>
        {label}
      </Act>
    </li>
  )
}
