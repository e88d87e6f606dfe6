import { useMessages } from '../messages.ts'
import { PasswordField, TextField } from '../parts/form.tsx'

/** Shorter ones are refused by the server too; here it is said before the request. */
export const MIN_PASSWORD = 12

/** Who somebody is, and a password; `email` is given where an invitation has fixed it. */
export function AccountFields({ email }: { email?: string }) {
  const t = useMessages('outside')
  const fixed = email !== undefined
  return (
    <>
      <TextField
        name="name"
        label={t('name')}
        description={t('nameHelp')}
        autoComplete="name"
        maxLength={120}
        required
        autoFocus
      />
      <TextField
        name="email"
        type="email"
        label={t('email')}
        autoComplete="username"
        required
        {...(fixed ? { value: email, readOnly: true } : {})}
      />
      <NewPasswordField />
    </>
  )
}

export function NewPasswordField({ autoFocus = false }: { autoFocus?: boolean }) {
  const t = useMessages('outside')
  return (
    <PasswordField
      name="password"
      label={t('newPassword')}
      description={t('passwordHelp')}
      autoComplete="new-password"
      minLength={MIN_PASSWORD}
      maxLength={256}
      required
      autoFocus={autoFocus}
    />
  )
}
