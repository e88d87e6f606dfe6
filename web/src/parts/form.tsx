import {
  PasswordInput,
  type PasswordInputProps,
  TextInput,
  type TextInputProps,
} from '@mantine/core'
import {
  createContext,
  type FormEvent,
  type KeyboardEvent,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useState,
} from 'react'
import { ApiError, type FieldError } from '../api-error.ts'
import { useMessages } from '../messages.ts'
import { ErrorNote } from './error-state.tsx'
import classes from './form.module.css'
import { MainAction } from './main-action.tsx'

type FormState = { errors: Record<string, string>; busy: boolean; clear: (name: string) => void }

const FormContext = createContext<FormState>({ errors: {}, busy: false, clear: () => undefined })

/** True for the Enter that ends a conversion of the input method (Safari says only keyCode 229). */
export function isConverting(event: KeyboardEvent): boolean {
  return event.nativeEvent.isComposing || event.keyCode === 229
}

/**
 * A form that shows faults where they are. Field names are those of the request body: what the
 * server says of `email` appears under the field `email`, what belongs to none above the button.
 *
 * @example
 * <Form onSubmit={({ name }) => api.patch('/api/auth/profile', { name })}>
 *   <TextField name="name" label={t('name')} required />
 *   <FormActions><SubmitAction>{t('save')}</SubmitAction></FormActions>
 * </Form>
 */
export function Form({
  onSubmit,
  fieldOf,
  children,
  label,
  wide = false,
}: {
  onSubmit: (values: Record<string, string>, form: FormData) => unknown
  /** The field that a code without `errors[]` is about. */
  fieldOf?: (code: string) => string | undefined
  children: ReactNode
  label?: string
  /** Two fields beside each other where there is room, for forms of many. */
  wide?: boolean
}) {
  const t = useMessages('parts')
  const element = useRef<HTMLFormElement>(null)
  const [errors, setErrors] = useState<Record<string, string>>({})
  const [problem, setProblem] = useState<unknown>()
  const [busy, setBusy] = useState(false)

  useEffect(() => {
    if (Object.keys(errors).length > 0)
      element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [errors])

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    event.stopPropagation()
    if (busy) return
    const form = event.currentTarget
    const faults = checkFields(form, t)
    setProblem(undefined)
    setErrors(faults)
    if (Object.keys(faults).length > 0) return
    setBusy(true)
    try {
      const data = new FormData(form)
      const values = Object.fromEntries([...data].map(([name, value]) => [name, String(value)]))
      await onSubmit(values, data)
    } catch (error) {
      const { fields, rest } = sortFaults(error, form, t, fieldOf)
      setErrors(fields)
      setProblem(rest)
    } finally {
      setBusy(false)
    }
  }

  return (
    <form
      ref={element}
      className={wide ? `${classes.form} ${classes.wide}` : classes.form}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && isConverting(event)) event.preventDefault()
      }}
      noValidate
      {...(label === undefined ? {} : { 'aria-label': label })}
    >
      <FormContext.Provider
        value={{ errors, busy, clear: (name) => setErrors((old) => without(old, name)) }}
      >
        {children}
      </FormContext.Provider>
      {problem !== undefined && <ErrorNote error={problem} />}
    </form>
  )
}

function without(errors: Record<string, string>, name: string): Record<string, string> {
  if (!(name in errors)) return errors
  const { [name]: _, ...rest } = errors
  return rest
}

type PartsWords = ReturnType<typeof useMessages<'parts'>>

/** The schema's own codes are said in our words; a rule of the server brings its own. */
function faultWords(fault: FieldError, field: Element | RadioNodeList, t: PartsWords): string {
  const input = field instanceof HTMLInputElement ? field : undefined
  if (fault.code === 'invalid_type' || (fault.code === 'too_small' && input?.value === ''))
    return t('required')
  if (fault.code === 'too_small') return t('tooLittle')
  if (fault.code === 'too_big') return t('tooMuch')
  if (fault.code === 'invalid_format')
    return t(input?.type === 'email' ? 'notAnEmail' : 'misshapen')
  return fault.message
}

/** The browser's own checks, said in our words at the field. */
function checkFields(form: HTMLFormElement, t: PartsWords): Record<string, string> {
  const faults: Record<string, string> = {}
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) continue
    if (field.name === '' || field.disabled) continue
    if (field.required && field.value.trim() === '') faults[field.name] = t('required')
    else if (field.minLength > 0 && field.value.length < field.minLength)
      faults[field.name] = t('tooShort', { min: field.minLength })
    else if (field.validity.typeMismatch) faults[field.name] = t('notAnEmail')
  }
  return faults
}

function sortFaults(
  error: unknown,
  form: HTMLFormElement,
  t: PartsWords,
  fieldOf: ((code: string) => string | undefined) | undefined,
): { fields: Record<string, string>; rest: unknown } {
  if (!(error instanceof ApiError)) return { fields: {}, rest: error }
  const fields: Record<string, string> = {}
  let homeless = error.errors.length === 0
  for (const fault of error.errors) {
    const name = fault.path.split(/[./]/).at(-1) ?? ''
    const field = form.elements.namedItem(name)
    if (field === null) homeless = true
    else fields[name] ??= faultWords(fault, field, t)
  }
  const named = homeless ? fieldOf?.(error.code) : undefined
  if (named === undefined) return { fields, rest: homeless ? error : undefined }
  return { fields: { ...fields, [named]: error.detail || error.title }, rest: undefined }
}

/** What the form knows of one field: its fault, and how to take it back on input. */
export function useField(name: string): { error?: string; onInput: () => void } {
  const { errors, clear } = useContext(FormContext)
  const error = errors[name]
  return { ...(error === undefined ? {} : { error }), onInput: () => clear(name) }
}

export function TextField(props: TextInputProps & { name: string }) {
  return <TextInput {...layout} {...useField(props.name)} withAsterisk={false} {...props} />
}

export function PasswordField(props: PasswordInputProps & { name: string }) {
  const t = useMessages('parts')
  const field = useField(props.name)
  return (
    <PasswordInput
      {...layout}
      {...field}
      // Mantine says it of every input but this one.
      aria-invalid={field.error !== undefined}
      withAsterisk={false}
      visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
      {...props}
    />
  )
}

/** Label above, help below, the fault under the help. */
export const layout = {
  inputWrapperOrder: ['label', 'input', 'description', 'error'] as (
    | 'label'
    | 'input'
    | 'description'
    | 'error'
  )[],
}

export function FormActions({ children, full = false }: { children: ReactNode; full?: boolean }) {
  return (
    <div className={full ? `${classes.actions} ${classes.full}` : classes.actions}>{children}</div>
  )
}

/** The form's own act; it turns while the request runs, so a second click sends nothing. */
export function SubmitAction({ children }: { children: ReactNode }) {
  const { busy } = useContext(FormContext)
  return (
    <MainAction type="submit" loading={busy}>
      {children}
    </MainAction>
  )
}
