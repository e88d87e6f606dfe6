import { Button } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useMessages } from '../messages.ts'
import { notify } from '../notices.ts'
import { Icon } from './icon.tsx'

/**
 * Copies a text and says that it did, also to a screen reader.
 *
 * @example
 * <CopyButton value={key} label={t('keys.copy')} />
 */
export function CopyButton({
  value,
  label,
  compact = false,
}: {
  value: string | (() => string)
  label?: string
  compact?: boolean
}) {
  const t = useMessages('parts')
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 2000)
    return () => clearTimeout(timer)
  }, [copied])
  async function copy() {
    try {
      await navigator.clipboard.writeText(typeof value === 'function' ? value() : value)
      setCopied(true)
    } catch {
      notify({ tone: 'error', title: t('copyRefused') })
    }
  }
  return (
    <Button
      size={compact ? 'compact-sm' : 'sm'}
      variant={compact ? 'subtle' : 'default'}
      leftSection={<Icon of={copied ? IconCheck : IconCopy} size={16} />}
      onClick={copy}
    >
      <span aria-live="polite">{copied ? t('copied') : (label ?? t('copy'))}</span>
    </Button>
  )
}
