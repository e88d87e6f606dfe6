import { Button, CloseButton } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconInfoCircle } from '@tabler/icons-react'
import { useEffect } from 'react'
import { useMessages } from '../messages.ts'
import { dismiss, type KeptToast, useToasts } from '../notices.ts'
import { Icon } from './icon.tsx'
import classes from './toasts.module.css'

const SHOWN_MS = 6000

export function Toasts() {
  const toasts = useToasts()
  return (
    <div className={classes.region} aria-live="polite" data-print="none">
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </div>
  )
}

const marks = {
  done: [IconCheck, classes.mark],
  info: [IconInfoCircle, `${classes.mark} ${classes.info}`],
  error: [IconAlertTriangle, `${classes.mark} ${classes.error}`],
} as const

function ToastCard({ toast }: { toast: KeptToast }) {
  const t = useMessages('parts')
  const [mark, className] = marks[toast.tone]
  useEffect(() => {
    // An error stays: who looked away must still learn of it.
    if (toast.tone === 'error') return
    const timer = setTimeout(() => dismiss(toast.id), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [toast])
  return (
    <div className={classes.toast}>
      <Icon of={mark} className={className ?? ''} />
      <div className={classes.body}>
        <p>{toast.title}</p>
        {toast.detail !== undefined && <p className={classes.detail}>{toast.detail}</p>}
      </div>
      {toast.undo !== undefined && (
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => {
            dismiss(toast.id)
            void toast.undo?.run()
          }}
        >
          {toast.undo.label}
        </Button>
      )}
      <CloseButton aria-label={t('close')} onClick={() => dismiss(toast.id)} />
    </div>
  )
}
