import { Answer } from '@minato/web/answer'
import { ApiError } from '@minato/web/api'
import { EmptyState } from '@minato/web/empty-state'
import { useMessages } from '@minato/web/messages'
import { IconPlugConnectedX } from '@tabler/icons-react'
import type { ComponentProps } from 'react'

/** Like `Answer`; that no sandbox runs here is a state of its own, not a failure. */
export function SandboxAnswer<T>(props: ComponentProps<typeof Answer<T>>) {
  const t = useMessages('operations')
  const { error } = props.of
  if (error instanceof ApiError && error.code === 'OPERATIONS_NO_SANDBOX')
    return (
      <EmptyState
        icon={IconPlugConnectedX}
        title={t('sandbox.none')}
        detail={t('sandbox.noneDetail')}
      />
    )
  return <Answer {...props} />
}
