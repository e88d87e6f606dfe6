import { useMessages } from '@minato/web/messages'
import { SectionsPage } from '@minato/web/sections-page'
import type { ComponentProps } from 'react'
import { sections } from './sections.ts'

/** A page of this app, with the way to its other parts. */
export function ConsolePage(
  props: Omit<ComponentProps<typeof SectionsPage>, 'app' | 'sections' | 'menu'>,
) {
  const t = useMessages('mcp-console')
  const app = { label: t('title'), to: '/mcp-console' }
  return <SectionsPage {...props} app={app} sections={sections} menu={t('sections')} />
}
