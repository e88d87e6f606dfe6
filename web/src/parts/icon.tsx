import type { IconComponent } from '../app.ts'

/**
 * A Tabler icon in the house line (1.5 px). Without a label it is decoration and hidden from
 * screen readers; an icon that stands alone has a label.
 *
 * @example
 * import { IconAnchor } from '@tabler/icons-react'
 * <Icon of={IconAnchor} label={t('home')} />
 */
export function Icon({
  of: Drawn,
  size = 18,
  label,
  className,
}: {
  of: IconComponent
  size?: number
  label?: string
  className?: string
}) {
  const named = label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label }
  return <Drawn size={size} {...(className === undefined ? {} : { className })} {...named} />
}
