import { Button, TextInput } from '@mantine/core'
import { api } from '../api.ts'
import { useLocale } from '../locale.ts'
import { changeLocale, translate, useMessages } from '../messages.ts'
import { notify } from '../notices.ts'
import { Form, FormActions, SubmitAction, TextField } from '../parts/form.tsx'
import { SelectField } from '../parts/select-field.tsx'
import { queryClient, type SessionUser, sessionQuery, useSession } from '../session.ts'
import classes from './account.module.css'
import { AccountPage } from './account-page.tsx'

export function ProfilePage() {
  const t = useMessages('account')
  const { user } = useSession()
  return (
    <AccountPage title={t('profile.title')}>
      <ProfileForm user={user} />
    </AccountPage>
  )
}

function ProfileForm({ user }: { user: SessionUser }) {
  const t = useMessages('account')
  const locale = useLocale()
  const roleName = (role: string) => (isNamedRole(role) ? t(`roleNames.${role}`) : role)
  async function save({ name, locale, timeZone }: Record<string, string>) {
    await api.patch('/api/auth/profile', { name, locale, timeZone })
    await queryClient.invalidateQueries(sessionQuery)
    if (locale !== undefined) await changeLocale(locale)
    notify({ tone: 'done', title: translate('parts')('saved') })
  }
  return (
    <Form onSubmit={save}>
      <TextField
        name="name"
        label={t('profile.name')}
        description={t('profile.nameHelp')}
        defaultValue={user.name}
        autoComplete="name"
        maxLength={120}
        required
      />
      <TextInput
        label={t('profile.email')}
        description={user.emailVerified ? t('profile.emailHelp') : <Unverified />}
        inputWrapperOrder={['label', 'input', 'description']}
        value={user.email}
        readOnly
      />
      <SelectField
        key={`locale-${locale}`}
        name="locale"
        label={t('profile.locale')}
        defaultValue={locale}
        data={[
          { value: 'ja', label: '日本語' },
          { value: 'en', label: 'English' },
        ]}
      />
      <SelectField
        name="timeZone"
        label={t('profile.timeZone')}
        description={t('profile.timeZoneHelp')}
        defaultValue={user.timeZone}
        data={zones(user.timeZone)}
        searchable
        limit={100}
      />
      <TextInput label={t('profile.roles')} value={user.roles.map(roleName).join(' · ')} readOnly />
      <FormActions>
        <SubmitAction>{t('profile.act')}</SubmitAction>
      </FormActions>
    </Form>
  )
}

const namedRoles = ['user', 'operator', 'admin'] as const

/** An app or an operator may have added others, which are shown as they are. */
function isNamedRole(role: string): role is (typeof namedRoles)[number] {
  return namedRoles.some((name) => name === role)
}

/** All zones the browser knows; the person's own also when it does not. */
function zones(own: string): string[] {
  return [...new Set([own, 'Asia/Tokyo', 'UTC', ...Intl.supportedValuesOf('timeZone')])].filter(
    (zone) => zone !== '',
  )
}

function Unverified() {
  const t = useMessages('account')
  async function resend() {
    await api.post('/api/auth/verify-email/resend')
    notify({ tone: 'done', title: t('profile.resent') })
  }
  return (
    <span className={classes.row}>
      <span className={`${classes.state} ${classes.stateWarn}`}>{t('profile.unverified')}</span>
      <Button size="compact-sm" variant="subtle" onClick={resend}>
        {t('profile.resend')}
      </Button>
    </span>
  )
}
