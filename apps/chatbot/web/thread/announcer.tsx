import { useMessages } from '@minato/web/messages'
import { useEffect, useRef, useState } from 'react'
import { useRunning } from '../stream/running-answers.ts'

/**
 * Tells a screen reader that an answer begins and that it is complete. The growing text itself is
 * not a live region: it would be read from the beginning with every word.
 */
export function Announcer({ conversationId }: { conversationId: string }) {
  const t = useMessages('chatbot')
  const phase = useRunning(conversationId, (running) => running?.phase)
  const before = useRef(phase)
  const [said, setSaid] = useState('')
  useEffect(() => {
    if (phase === 'writing' && before.current !== 'writing') setSaid(t('message.writingLong'))
    if (phase === undefined && before.current !== undefined) setSaid(t('message.finished'))
    before.current = phase
  }, [phase, t])
  return (
    <p className="visually-hidden" role="status">
      {said}
    </p>
  )
}
