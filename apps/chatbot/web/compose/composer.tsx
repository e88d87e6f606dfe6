import { Button, Switch } from '@mantine/core'
import { ErrorNote } from '@minato/web/error-state'
import { isConverting } from '@minato/web/form'
import { Icon } from '@minato/web/icon'
import { useLocale } from '@minato/web/locale'
import { MainAction } from '@minato/web/main-action'
import { useMessages } from '@minato/web/messages'
import { IconArrowUp, IconPaperclip, IconPlayerStopFilled } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import {
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { settingsQuery } from '../queries.ts'
import { useOverCap } from '../usage/usage-warning.tsx'
import { ACCEPT } from './attachment-check.ts'
import { AttachmentList } from './attachment-list.tsx'
import classes from './composer.module.css'
import { keepDraft, readDraft } from './drafts.ts'
import { fileSize } from './file-size.ts'
import { ShortcutsMenu } from './shortcuts-menu.tsx'
import type { Attachments } from './use-attachments.ts'

export type Written = { text: string; files: readonly File[]; search: boolean }

/**
 * Where a question is written. It empties at once when it is sent; a question that was not taken
 * comes back, with its files and the reason.
 */
export function Composer({
  draftKey,
  initialText,
  refusal,
  attachments,
  onSend,
  busy = false,
  stopping = false,
  onStop,
  onCancel,
  tools,
  autoFocus = false,
}: {
  /** Keeps what is typed while one looks elsewhere. */
  draftKey?: string
  initialText?: string
  /** Why what stands in it was not taken before. */
  refusal?: unknown
  attachments: Attachments
  onSend: (written: Written) => Promise<void>
  busy?: boolean
  stopping?: boolean
  onStop?: () => void
  onCancel?: () => void
  tools?: ReactNode
  autoFocus?: boolean
}) {
  const t = useMessages('chatbot')
  const [text, setText] = useState(
    () => initialText ?? (draftKey === undefined ? '' : readDraft(draftKey)),
  )
  const [search, setSearch] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  const [waiting, setWaiting] = useState(false)
  const field = useRef<HTMLTextAreaElement>(null)
  const hint = useId()
  const shownProblem = problem ?? (isCancelled(refusal) ? undefined : refusal)
  const overCap = useOverCap()
  const { data: settings } = useQuery(settingsQuery)
  const empty = text.trim() === '' && attachments.files.length === 0
  useGrowing(field, text)
  useEffect(() => {
    if (!busy) setWaiting(false)
  }, [busy])
  useEffect(() => {
    if (!autoFocus) return
    field.current?.focus({ preventScroll: true })
    field.current?.setSelectionRange(field.current.value.length, field.current.value.length)
  }, [autoFocus])

  function write(next: string) {
    setText(next)
    if (draftKey !== undefined) keepDraft(draftKey, next)
  }

  async function send() {
    if (busy) return setWaiting(true)
    if (empty || overCap) return
    const { files } = attachments
    setProblem(undefined)
    write('')
    attachments.set([])
    try {
      await onSend({ text: text.trim(), files, search })
    } catch (error) {
      // What has been typed since is kept below it.
      setText((since) => [text, since].filter((part) => part !== '').join('\n\n'))
      if (draftKey !== undefined) keepDraft(draftKey, text)
      attachments.set(files)
      if (!isCancelled(error)) setProblem(error)
      field.current?.focus()
    }
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape' && onCancel !== undefined) return onCancel()
    if (event.key !== 'Enter' || event.shiftKey || isConverting(event)) return
    event.preventDefault()
    void send()
  }

  function onPaste(event: ClipboardEvent) {
    const files = [...event.clipboardData.files]
    if (files.length === 0) return
    event.preventDefault()
    attachments.add(files)
  }

  function insert(content: string) {
    write(`${content.trimEnd()}\n\n${text}`)
    requestAnimationFrame(() => {
      field.current?.focus()
      const end = field.current?.value.length ?? 0
      field.current?.setSelectionRange(end, end)
    })
  }

  return (
    <form
      className={classes.composer}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {shownProblem !== undefined && (
        <div className={classes.problem}>
          <ErrorNote error={shownProblem} />
          <p>{t('compose.notSent')}</p>
        </div>
      )}
      <div className={classes.box} data-touch>
        <AttachmentList attachments={attachments} />
        <textarea
          ref={field}
          className={classes.field}
          rows={1}
          value={text}
          aria-label={t('compose.label')}
          aria-describedby={hint}
          placeholder={t('compose.placeholder')}
          enterKeyHint="send"
          data-quiet-focus
          onChange={(event) => write(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        <div className={classes.tools}>
          <AttachButton attachments={attachments} />
          <ShortcutsMenu onChoose={insert} />
          {settings?.webSearch && (
            <Switch
              size="xs"
              className={classes.search ?? ''}
              label={t('compose.search')}
              checked={search}
              onChange={(event) => setSearch(event.currentTarget.checked)}
            />
          )}
          <span className={classes.space} />
          {tools}
          {onCancel !== undefined && <Button onClick={onCancel}>{t('compose.cancel')}</Button>}
          {busy && onStop !== undefined ? (
            <Button
              onClick={onStop}
              disabled={stopping}
              leftSection={<Icon of={IconPlayerStopFilled} size={16} />}
            >
              {t(stopping ? 'compose.stopping' : 'compose.stop')}
            </Button>
          ) : (
            <MainAction
              type="submit"
              className={classes.send}
              disabled={empty || overCap || busy}
              aria-label={t(onCancel === undefined ? 'compose.send' : 'compose.sendEdited')}
            >
              <Icon of={IconArrowUp} size={20} />
            </MainAction>
          )}
        </div>
      </div>
      <p id={hint} className={classes.hint}>
        {t(onCancel === undefined ? 'compose.hint' : 'compose.editHint')}
      </p>
      <p className={classes.wait} role="status">
        {waiting && t('compose.wait')}
      </p>
    </form>
  )
}

/** Stopped by the person before the server had it: they know why. */
function isCancelled(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}

function AttachButton({ attachments }: { attachments: Attachments }) {
  const t = useMessages('chatbot')
  const locale = useLocale()
  const input = useRef<HTMLInputElement>(null)
  const { data: settings } = useQuery(settingsQuery)
  if (settings === undefined || settings.maxFiles === 0) return null
  const size = fileSize(locale, settings.maxFileBytes)
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        accept={ACCEPT}
        hidden
        tabIndex={-1}
        aria-hidden
        onChange={({ currentTarget }) => {
          attachments.add([...(currentTarget.files ?? [])])
          // So that the same file can be chosen again after it was removed.
          currentTarget.value = ''
        }}
      />
      <Button
        variant="subtle"
        className={classes.tool ?? ''}
        aria-label={t('compose.attach')}
        title={t('compose.attachDetail', { count: settings.maxFiles, size })}
        onClick={() => input.current?.click()}
      >
        <Icon of={IconPaperclip} />
      </Button>
    </>
  )
}

/** As tall as its text, up to a third of the window. */
function useGrowing(field: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = field.current
    if (element === null) return
    element.style.height = 'auto'
    element.style.height = `${Math.min(element.scrollHeight, innerHeight / 3)}px`
  }, [field, text])
}
