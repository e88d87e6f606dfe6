import { Select, type SelectProps } from '@mantine/core'
import { layout, useField } from './form.tsx'

// Apart from the other fields: its list weighs 30 kB, which the sign-in page does not need.

/** A choice in a `Form`; `data` as Mantine's Select. */
export function SelectField(props: SelectProps & { name: string }) {
  const { onInput, ...field } = useField(props.name)
  return (
    <Select
      {...layout}
      {...field}
      onChange={onInput}
      allowDeselect={false}
      withAsterisk={false}
      {...props}
    />
  )
}
