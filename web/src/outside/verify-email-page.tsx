import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api.ts'
import { useMessages } from '../messages.ts'
import { ErrorState } from '../parts/error-state.tsx'
import { LoadingState } from '../parts/loading-state.tsx'
import { Links, OutsidePage, SignInLink } from './frame.tsx'
import { tokenOf } from './paths.ts'

export default function VerifyEmailPage() {
  const t = useMessages('outside')
  const [token] = useState(() => tokenOf(location.hash))
  const verified = useQuery({
    queryKey: ['verify', token],
    queryFn: async () => {
      await api.post('/api/auth/verify-email', { token }, { ownUnauthorized: true })
      return true
    },
    enabled: token !== '',
    staleTime: Number.POSITIVE_INFINITY,
    // A link works once: asking again by itself would only say that it was used.
    retry: false,
  })
  if (token === '')
    return (
      <OutsidePage title={t('linkMissing')} intro={t('linkMissingDetail')}>
        <SignInLink />
      </OutsidePage>
    )
  if (verified.isError)
    return (
      <>
        <ErrorState error={verified.error} onRetry={() => verified.refetch()} />
        <SignInLink />
      </>
    )
  if (verified.isPending)
    return (
      <OutsidePage title={t('verify.title')} intro={t('verify.checking')}>
        <LoadingState lines={2} />
      </OutsidePage>
    )
  return (
    <OutsidePage title={t('verify.doneTitle')} intro={t('verify.done')}>
      <Links>
        <a href="/">{t('verify.go')}</a>
      </Links>
    </OutsidePage>
  )
}
