import type { Section } from '@minato/web/sections-page'
import {
  IconAdjustments,
  IconBox,
  IconBuildingStore,
  IconCloud,
  IconKey,
  IconRoute,
  IconServer,
} from '@tabler/icons-react'

const view = 'mcp-console.view'
const operate = 'mcp-console.operate'

/** The parts of the app, as its menu and the search show them. */
export const sections: readonly Section[] = [
  part('catalog', IconBuildingStore, { ja: 'カタログ', en: 'Catalog' }, view),
  part('servers', IconServer, { ja: 'サーバー', en: 'Servers' }, view),
  part('remote-servers', IconCloud, { ja: 'リモート', en: 'Remote' }, view),
  part('gateway', IconRoute, { ja: 'ゲートウェイ', en: 'Gateway' }, view),
  part('sessions', IconBox, { ja: 'セッション', en: 'Sessions' }, operate),
  part('vault', IconKey, { ja: '保管庫', en: 'Vault' }, operate),
  part('configuration', IconAdjustments, { ja: '設定', en: 'Configuration' }, operate),
]

function part(
  name: string,
  icon: Section['icon'],
  label: Section['label'],
  permission: string,
): Section {
  return { to: `/mcp-console/${name}`, icon, label, permission }
}
