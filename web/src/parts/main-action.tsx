import { Button, type ButtonProps } from '@mantine/core'
import type { ComponentPropsWithoutRef } from 'react'
import classes from './main-action.module.css'

/**
 * The one act that matters on a screen, in the signal colour. A screen has at most one; every
 * other act is a plain `Button`.
 *
 * @example
 * <MainAction type="submit" loading={busy}>{t('signIn.act')}</MainAction>
 */
export function MainAction(props: ButtonProps & ComponentPropsWithoutRef<'button'>) {
  return (
    <Button
      variant="filled"
      {...props}
      classNames={{ root: classes.action ?? '', loader: classes.loader ?? '' }}
    />
  )
}
