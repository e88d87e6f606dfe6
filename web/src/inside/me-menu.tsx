import { Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core'
import { IconDevices, IconKey, IconLogout, IconShieldLock, IconUser } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { IconComponent } from '../app.ts'
import { isLocale, useLocale } from '../locale.ts'
import { useMessages } from '../messages.ts'
import { Icon } from '../parts/icon.tsx'
import { useSession } from '../session.ts'
import { chooseLocale, signOut } from './own-settings.ts'
import classes from './top-bar.module.css'

export function MeMenu() {
  const t = useMessages('shell')
  const { user } = useSession()
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton className={classes.meTouch ?? ''} aria-label={t('me')}>
          <span className={classes.me} aria-hidden>
            {initial(user.name || user.email)}
          </span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <p>{user.name}</p>
          <p>{user.email}</p>
        </div>
        <Menu.Divider />
        <Page to="/profile" icon={IconUser} label={t('profile')} />
        <Page to="/profile/security" icon={IconShieldLock} label={t('security')} />
        <Page to="/profile/sessions" icon={IconDevices} label={t('sessions')} />
        <Page to="/profile/keys" icon={IconKey} label={t('apiKeys')} />
        <Menu.Divider />
        <Languages />
        <Menu.Divider />
        <Colours />
        <Menu.Divider />
        <Menu.Item leftSection={<Icon of={IconLogout} />} onClick={signOut}>
          {t('signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

/** 「山」 of 山田, "A" of Anna; a whole character also outside the first plane. */
function initial(name: string): string {
  return [...name.trim()][0]?.toUpperCase() ?? '?'
}

function Page({ to, icon, label }: { to: string; icon: IconComponent; label: string }) {
  return (
    <Menu.Item component={Link} to={to} leftSection={<Icon of={icon} />}>
      {label}
    </Menu.Item>
  )
}

function Languages() {
  const t = useMessages('shell')
  const locale = useLocale()
  return (
    <Menu.RadioGroup
      value={locale}
      onChange={(code) => {
        if (isLocale(code)) void chooseLocale(code)
      }}
    >
      <Menu.Label>{t('language')}</Menu.Label>
      <Menu.RadioItem value="ja" lang="ja">
        日本語
      </Menu.RadioItem>
      <Menu.RadioItem value="en" lang="en">
        English
      </Menu.RadioItem>
    </Menu.RadioGroup>
  )
}

function Colours() {
  const t = useMessages('shell')
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const schemes = ['light', 'dark', 'auto'] as const
  return (
    <Menu.RadioGroup
      value={colorScheme}
      onChange={(value) => {
        const scheme = schemes.find((known) => known === value)
        if (scheme !== undefined) setColorScheme(scheme)
      }}
    >
      <Menu.Label>{t('colours')}</Menu.Label>
      {schemes.map((scheme) => (
        <Menu.RadioItem key={scheme} value={scheme}>
          {t(scheme)}
        </Menu.RadioItem>
      ))}
    </Menu.RadioGroup>
  )
}
