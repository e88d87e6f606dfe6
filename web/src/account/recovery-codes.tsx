import { Button } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useMessages } from '../messages.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { Icon } from '../parts/icon.tsx'
import { MainAction } from '../parts/main-action.tsx'
import classes from './account.module.css'

/** Shown once. Leaving is an act of its own, so that nobody clicks it away unread. */
export function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const t = useMessages('account')
  function download() {
    const url = URL.createObjectURL(new Blob([`${codes.join('\n')}\n`], { type: 'text/plain' }))
    const link = document.createElement('a')
    link.href = url
    link.download = t('security.fileName')
    link.click()
    URL.revokeObjectURL(url)
  }
  return (
    <section className={classes.section} aria-label={t('security.codesTitle')}>
      <h2>{t('security.codesTitle')}</h2>
      <p className={classes.detail}>{t('security.codesDetail')}</p>
      <ul className={classes.codes}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className={classes.row}>
        <MainAction onClick={onDone}>{t('security.saved')}</MainAction>
        <Button leftSection={<Icon of={IconDownload} size={16} />} onClick={download}>
          {t('security.download')}
        </Button>
        <CopyButton value={codes.join('\n')} label={t('security.copyAll')} />
      </div>
    </section>
  )
}
