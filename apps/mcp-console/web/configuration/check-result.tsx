import blocks from '@minato/web/blocks.module.css'
import { useMessages } from '@minato/web/messages'
import type { Checked } from './shapes.ts'

/** What a check found; nothing has been saved. */
export function CheckResult({ checked }: { checked: Checked }) {
  const t = useMessages('mcp-console')
  const lists = [
    [t('configuration.problems'), checked.errors],
    [t('configuration.warnings'), checked.warnings],
  ] as const
  return (
    <section className={blocks.section} aria-live="polite">
      {checked.valid && <p>{t('configuration.valid')}</p>}
      {lists.map(
        ([label, problems]) =>
          problems.length > 0 && (
            <div key={label}>
              <strong>{label}</strong>
              <ul>
                {problems.map(({ path, message }) => (
                  <li key={`${path} ${message}`}>
                    <code>{path}</code> {message}
                  </li>
                ))}
              </ul>
            </div>
          ),
      )}
      {checked.references.length > 0 && (
        <div>
          <strong>{t('configuration.references')}</strong>
          <ul>
            {checked.references.map(({ item, field }) => (
              <li key={`${item}:${field}`}>
                <code>{`{{ bw:${item}:${field} }}`}</code>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  )
}
