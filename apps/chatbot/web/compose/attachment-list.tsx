import { ActionIcon } from '@mantine/core'
import { Icon } from '@minato/web/icon'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { IconFileText, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { settingsQuery } from '../queries.ts'
import classes from './attachment-list.module.css'
import { fileSize } from './file-size.ts'
import type { Attachments } from './use-attachments.ts'

/** The files to be sent, each removable, and why others were not taken. */
export function AttachmentList({ attachments }: { attachments: Attachments }) {
  const t = useMessages('chatbot')
  const locale = useLocale()
  const { data: settings } = useQuery(settingsQuery)
  const { files, refusals, remove } = attachments
  return (
    <>
      {files.length > 0 && (
        <ul className={classes.files} aria-label={t('compose.files')}>
          {files.map((file, at) => (
            <li key={`${at}-${file.name}`} className={classes.file}>
              <Thumbnail file={file} />
              <span className={classes.name}>
                <span className={classes.text}>{file.name}</span>
                <span className={classes.size} data-numbers>
                  {fileSize(locale, file.size)}
                </span>
              </span>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                aria-label={t('compose.remove', { name: file.name })}
                onClick={() => remove(file)}
              >
                <Icon of={IconX} size={16} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      {refusals.length > 0 && settings !== undefined && (
        <ul className={classes.refusals} role="alert">
          {refusals.map(({ name, reason }, at) => (
            <li key={at}>
              {reason === 'type' && t('compose.refusedType', { name })}
              {reason === 'empty' && t('compose.refusedEmpty', { name })}
              {reason === 'size' &&
                t('compose.refusedSize', { name, size: fileSize(locale, settings.maxFileBytes) })}
              {reason === 'count' && t('compose.refusedCount', { name, count: settings.maxFiles })}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

export function Thumbnail({ file }: { file: File }) {
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    if (!file.type.startsWith('image/')) return
    const made = URL.createObjectURL(file)
    setAddress(made)
    return () => URL.revokeObjectURL(made)
  }, [file])
  if (address !== undefined) return <img className={classes.picture} src={address} alt="" />
  return (
    <span className={classes.picture}>
      <Icon of={IconFileText} size={20} />
    </span>
  )
}
