import { Button, SegmentedControl } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import parts from '@minato/web/blocks.module.css'
import { CodeBlock } from '@minato/web/code-block'
import { useFilters } from '@minato/web/data-table'
import { Facts } from '@minato/web/facts'
import { useMessages } from '@minato/web/messages'
import { BytesText } from '@minato/web/number-text'
import { Time } from '@minato/web/time'
import { useState } from 'react'
import { useAnswer } from '../queries.ts'
import type { WholeMail } from '../shapes.ts'
import classes from './mailbox-page.module.css'

type View = 'text' | 'html' | 'headers'

/** One mail. Its HTML is shown as source: nothing of a mail runs or loads here. */
export function MailReader({ id }: { id: string }) {
  const t = useMessages('operations')
  const mail = useAnswer<WholeMail>(`/sandbox/mail/${id}`)
  const [, setFilters] = useFilters()
  return (
    <article className={classes.reader}>
      <Answer of={mail}>{(data) => <Mail mail={data} />}</Answer>
      <Button
        size="compact-sm"
        variant="subtle"
        mt="md"
        onClick={() => setFilters({ mail: undefined })}
      >
        {t('mailbox.close')}
      </Button>
    </article>
  )
}

function Mail({ mail }: { mail: WholeMail }) {
  const t = useMessages('operations')
  const [view, setView] = useState<View>('text')
  return (
    <>
      <h2>{mail.subject || t('mailbox.noSubject')}</h2>
      <Facts
        of={[
          [t('mailbox.from'), mail.from],
          [t('mailbox.to'), mail.to],
          [t('mailbox.received'), <Time key="at" at={mail.receivedAt} as="second" />],
        ]}
      />
      <SegmentedControl
        className={classes.views ?? ''}
        aria-label={t('mailbox.view')}
        value={view}
        onChange={(value) => setView(value as View)}
        data={[
          { value: 'text', label: t('mailbox.text') },
          { value: 'html', label: t('mailbox.html') },
          { value: 'headers', label: t('mailbox.headers') },
        ]}
      />
      <Body mail={mail} view={view} />
      {mail.attachments.length > 0 && (
        <ul className={classes.attachments} aria-label={t('mailbox.attachments')}>
          {mail.attachments.map(({ index, filename, byteLength }) => (
            <li key={index}>
              <Button
                component="a"
                href={`/api/operations/sandbox/mail/${mail.id}/attachments/${index}`}
                download={filename ?? `attachment-${index}`}
              >
                {filename ?? t('mailbox.attachment', { number: index + 1 })}&nbsp;
                <BytesText value={byteLength} />
              </Button>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function Body({ mail, view }: { mail: WholeMail; view: View }) {
  const t = useMessages('operations')
  if (view === 'html') {
    if (mail.html === null) return <p className={parts.muted}>{t('mailbox.noHtml')}</p>
    return <CodeBlock label={t('mailbox.html')}>{mail.html}</CodeBlock>
  }
  if (view === 'headers') {
    const lines = mail.headers.map(({ name, value }) => `${name}: ${value}`)
    return <CodeBlock label={t('mailbox.headers')}>{lines.join('\n')}</CodeBlock>
  }
  if (mail.text.trim() === '') return <p className={parts.muted}>{t('mailbox.noText')}</p>
  return (
    <pre className={classes.text} data-raw>
      {mail.text}
    </pre>
  )
}
