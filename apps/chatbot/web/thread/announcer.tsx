import { useMessages } from '@minato/web/messages'
import { useEffect, useRef, useState } from 'react'
import type { Message } from '../shapes.ts'
import { useRunning } from '../stream/running-answers.ts'

/**
 * Tells a screen reader that an answer begins and that it is complete. The growing text itself is
 * not a live region: it would be read from the beginning with every word.
 */
export function Announcer({
  conversationId,
  last,
}: {
  conversationId: string
  /** The message at the end of the conversation. */
  last: Message | undefined
}) {
  const t = useMessages('chatbot')
  const phase = useRunning(conversationId, (running) => running?.phase)
  const before = useRef(phase)
  const [said, setSaid] = useState('')
  useEffect(() => {
    if (phase === 'writing' && before.current !== 'writing') setSaid(t('message.writingLong'))
    if (phase === undefined && before.current !== undefined) setSaid(t(`message.${ending(last)}`))
    before.current = phase
  }, [phase, last, t])
  return (
    <p className="visually-hidden" role="status">
      {said}
    </p>
  )
}

function ending(message: Message | undefined): 'finished' | 'failed' | 'stopped' | 'interrupted' {
  const state = message?.state
  return state === 'failed' || state === 'stopped' || state === 'interrupted' ? state : 'finished'
}
