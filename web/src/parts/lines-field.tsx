import { Textarea } from '@mantine/core'
import { layout, useField } from './form.tsx'

/** A field of several lines, such as one variable a line; it grows with what is written. */
export function LinesField({
  name,
  label,
  help,
  text = '',
  className,
}: {
  name: string
  label: string
  help?: string
  text?: string
  /** Of the text itself. */
  className?: string | undefined
}) {
  return (
    <Textarea
      {...layout}
      {...useField(name)}
      name={name}
      label={label}
      description={help}
      defaultValue={text}
      autosize
      minRows={2}
      maxRows={12}
      spellCheck={false}
      classNames={{ input: className ?? '' }}
    />
  )
}
