import { Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core'
import {
  IconCheck,
  IconDeviceDesktop,
  IconDevices,
  IconKey,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconShieldLock,
  IconSun,
  IconUser,
} from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { IconComponent } from '../app.ts'
import { type Locale, useLocale } from '../locale.ts'
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
  const languages: [Locale, string][] = [
    ['ja', '日本語'],
    ['en', 'English'],
  ]
  return (
    <>
      <Menu.Label>{t('language')}</Menu.Label>
      {languages.map(([code, name]) => (
        <Choice
          key={code}
          icon={IconLanguage}
          label={name}
          lang={code}
          chosen={locale === code}
          onChoose={() => chooseLocale(code)}
        />
      ))}
    </>
  )
}

function Colours() {
  const t = useMessages('shell')
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const choices = [
    ['light', IconSun],
    ['dark', IconMoon],
    ['auto', IconDeviceDesktop],
  ] as const
  return (
    <>
      <Menu.Label>{t('colours')}</Menu.Label>
      {choices.map(([scheme, icon]) => (
        <Choice
          key={scheme}
          icon={icon}
          label={t(scheme)}
          chosen={colorScheme === scheme}
          onChoose={() => setColorScheme(scheme)}
        />
      ))}
    </>
  )
}

function Choice({
  icon,
  label,
  lang,
  chosen,
  onChoose,
}: {
  icon: IconComponent
  label: string
  lang?: string
  chosen: boolean
  onChoose: () => void
}) {
  return (
    <Menu.Item
      role="menuitemradio"
      aria-checked={chosen}
      closeMenuOnClick={false}
      leftSection={<Icon of={icon} />}
      rightSection={chosen ? <Icon of={IconCheck} size={16} /> : null}
      onClick={onChoose}
      {...(lang === undefined ? {} : { lang })}
    >
      {label}
    </Menu.Item>
  )
}
