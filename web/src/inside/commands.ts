import type { MantineColorScheme } from '@mantine/core'
import {
  IconDevices,
  IconHome,
  IconKey,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconShieldLock,
  IconSun,
  IconUser,
} from '@tabler/icons-react'
import type { Command, Words } from '../app.ts'
import type { Locale } from '../locale.ts'
import { mayUse, type Session, type ShellInfo } from '../session.ts'
import { usableApps } from './apps.ts'
import { chooseLocale, signOut } from './own-settings.ts'

export type Found = { commands: Command[]; failed: boolean }

export type Search = {
  session: Session
  shell: ShellInfo | undefined
  query: string
  locale: Locale
  setColorScheme: (scheme: MantineColorScheme) => void
}

/** Everything this person may do that fits what was typed, in either language. */
export async function findCommands(search: Search): Promise<Found> {
  const usable = search.shell === undefined ? [] : usableApps(search.session, search.shell)
  const ofApps = await Promise.allSettled(
    usable.map(async (app) => (await app.commands?.(search.session, search.query)) ?? []),
  )
  const pages = usable.flatMap(({ name, navigation }): Command[] =>
    navigation === undefined
      ? []
      : [
          {
            id: `app:${name}`,
            label: navigation.label,
            icon: navigation.icon,
            to: navigation.path,
          },
        ],
  )
  const commands = [
    ...pages,
    ...ofApps.flatMap((result) => (result.status === 'fulfilled' ? result.value : [])),
    ...(await ownCommands(search)),
  ]
  return {
    commands: commands
      .filter((command) => mayUse(search.session.user, command.permission))
      .filter((command) => command.found || fits(command, search.query)),
    failed: ofApps.some(({ status }) => status === 'rejected'),
  }
}

/** Each word somewhere in the label or detail; full width and kana are folded. */
export function fits(command: Command, query: string): boolean {
  const text = fold(
    Object.values({ ...spread('l', command.label), ...spread('d', command.detail) }).join(' '),
  )
  return fold(query)
    .split(/\s+/)
    .every((word) => text.includes(word))
}

function spread(prefix: string, words: Words | undefined): Record<string, string> {
  return words === undefined ? {} : { [`${prefix}ja`]: words.ja, [`${prefix}en`]: words.en }
}

function fold(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u3041-\u3096]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 0x60))
}

/** Found by the words of both languages, whichever is shown. */
async function ownCommands({ locale, setColorScheme }: Search): Promise<Command[]> {
  const [{ default: ja }, { default: en }] = await Promise.all([
    import('../messages/ja/shell.ts'),
    import('../messages/en/shell.ts'),
  ])
  const words = (name: 'home' | 'profile' | 'security' | 'sessions' | 'apiKeys' | 'signOut') => ({
    ja: ja[name],
    en: en[name],
  })
  const other = locale === 'ja' ? 'en' : 'ja'
  return [
    { id: 'home', label: words('home'), icon: IconHome, to: '/' },
    { id: 'profile', label: words('profile'), icon: IconUser, to: '/profile' },
    { id: 'security', label: words('security'), icon: IconShieldLock, to: '/profile/security' },
    { id: 'sessions', label: words('sessions'), icon: IconDevices, to: '/profile/sessions' },
    { id: 'keys', label: words('apiKeys'), icon: IconKey, to: '/profile/keys' },
    {
      id: 'language',
      label: { ja: ja.switchLanguage, en: en.switchLanguage },
      icon: IconLanguage,
      run: () => chooseLocale(other),
    },
    {
      id: 'light',
      label: { ja: ja.useLight, en: en.useLight },
      icon: IconSun,
      run: () => setColorScheme('light'),
    },
    {
      id: 'dark',
      label: { ja: ja.useDark, en: en.useDark },
      icon: IconMoon,
      run: () => setColorScheme('dark'),
    },
    { id: 'sign-out', label: words('signOut'), icon: IconLogout, run: signOut },
  ]
}
