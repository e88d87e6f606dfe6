import { Icon } from '@minato/web/icon'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { IconAlertTriangle, IconFileText } from '@tabler/icons-react'
import { fileSize } from '../compose/file-size.ts'
import { fileAddress } from '../queries.ts'
import type { StoredFile } from '../shapes.ts'
import classes from './thread.module.css'

/** The files of a question; each opens as a download of the original. */
export function StoredFiles({ files }: { files: readonly StoredFile[] }) {
  const t = useMessages('chatbot')
  const locale = useLocale()
  return (
    <ul className={classes.files} aria-label={t('compose.files')}>
      {files.map((file) => {
        const { id, name, size, pages, contentType } = file
        const picture = contentType.startsWith('image/')
        const facts = [
          ...(pages === null ? [] : [t('message.pages', { count: pages })]),
          fileSize(locale, size),
        ]
        return (
          <li key={id}>
            <a
              className={classes.file}
              href={fileAddress(id)}
              download={name}
              title={t('message.download', { name })}
            >
              {picture ? (
                <img
                  className={classes.picture}
                  src={fileAddress(id, true)}
                  alt=""
                  loading="lazy"
                  decoding="async"
                />
              ) : (
                <Icon of={IconFileText} size={20} />
              )}
              <span className={classes.fileName}>
                {name}
                <span className={classes.facts} data-numbers>
                  {facts.join(' · ')}
                </span>
              </span>
            </a>
            {!picture && !file.hasText && (
              <p className={classes.scanned}>
                <Icon of={IconAlertTriangle} size={15} />
                {t('message.scanned')}
              </p>
            )}
          </li>
        )
      })}
    </ul>
  )
}
