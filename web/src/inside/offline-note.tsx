import { useSyncExternalStore } from 'react'
import { useMessages } from '../messages.ts'
import classes from './top-bar.module.css'

function subscribe(listener: () => void): () => void {
  addEventListener('online', listener)
  addEventListener('offline', listener)
  return () => {
    removeEventListener('online', listener)
    removeEventListener('offline', listener)
  }
}

export function OfflineNote() {
  const t = useMessages('shell')
  const online = useSyncExternalStore(subscribe, () => navigator.onLine)
  return <div role="status">{!online && <p className={classes.offline}>{t('offline')}</p>}</div>
}
