import { NumberInput, Switch } from '@mantine/core'
import blocks from '@minato/web/blocks.module.css'
import { layout } from '@minato/web/form'
import { useMessages } from '@minato/web/messages'
import type { Document } from './shapes.ts'

const LIMITS = ['callsPerMinute', 'maxConcurrentCalls', 'callTimeoutMs', 'maxOutputBytes'] as const

/** The parts of the document that a form can hold; all else stays as it is. */
export function DocumentForm({
  document,
  readOnly,
  onChange,
}: {
  document: Document
  readOnly: boolean
  onChange: (document: Document) => void
}) {
  const t = useMessages('mcp-console')
  const { servers = [], settings = {} } = document
  const setLimit = (name: string, value: number | string) => {
    const { [name]: _, ...rest } = settings
    onChange({ ...document, settings: value === '' ? rest : { ...rest, [name]: Number(value) } })
  }
  return (
    <>
      <section className={blocks.section}>
        <h2>{t('configuration.servers')}</h2>
        {servers.length === 0 && <p className={blocks.muted}>{t('configuration.noServers')}</p>}
        {servers.map((server, index) => (
          <Switch
            key={server.server}
            className={blocks.touch ?? ''}
            label={`${server.name} (${server.server})`}
            checked={server.enabled !== false}
            disabled={readOnly}
            onChange={(event) =>
              onChange({
                ...document,
                servers: servers.with(index, { ...server, enabled: event.currentTarget.checked }),
              })
            }
          />
        ))}
      </section>
      <section className={blocks.section}>
        <h2>{t('configuration.limits')}</h2>
        <p className={blocks.muted}>{t('configuration.limitHelp')}</p>
        <div className={blocks.pairs}>
          {LIMITS.map((name) => (
            <NumberInput
              key={name}
              {...layout}
              label={t(`configuration.${name}`)}
              value={typeof settings[name] === 'number' ? settings[name] : ''}
              onChange={(value) => setLimit(name, value)}
              readOnly={readOnly}
              min={1}
              allowDecimal={false}
              hideControls
            />
          ))}
        </div>
      </section>
    </>
  )
}
