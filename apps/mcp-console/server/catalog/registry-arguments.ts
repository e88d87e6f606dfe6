import type { CatalogInput, CatalogItem } from './item.ts'
import { plainText } from './plain-text.ts'
import type { RegistryArgument, RegistryNamedInput } from './registry-server.ts'

type Valued = Pick<RegistryNamedInput, 'value' | 'default' | 'variables'>

/** The value as far as it is known: fixed, or a default; `{name}` filled by its variable's default. */
export function knownValue(input: Valued): string | undefined {
  const written = input.value ?? input.default
  if (written == null) return undefined
  let missing = false
  const filled = written.replace(/\{([A-Za-z0-9_.-]+)\}/g, (whole, name: string) => {
    const variable = Object.hasOwn(input.variables ?? {}, name)
      ? input.variables?.[name]
      : undefined
    if (variable === undefined) return whole
    const value = variable.value ?? variable.default
    if (value == null) missing = true
    return value ?? ''
  })
  return missing ? undefined : filled
}

/** A declared environment variable or header as a field of the form. */
export function toInput(declared: RegistryNamedInput): CatalogInput {
  const initial = knownValue(declared)
  const secretInside = Object.values(declared.variables ?? {}).some((inner) => inner.isSecret)
  const secret = declared.isSecret === true || secretInside
  return {
    name: declared.name,
    required: declared.isRequired === true || secretInside,
    secret,
    description: plainText(declared.description, 500),
    // A secret with a default is no secret: it is shown, as an example, and never filled in.
    ...(initial === undefined || secret ? {} : { default: initial }),
    ...(declared.placeholder ? { example: plainText(declared.placeholder, 200) } : {}),
    ...(declared.choices?.length ? { choices: declared.choices } : {}),
  }
}

/** The command line; what only the person can know is named in `leftOut`. */
export function commandLine(declared: readonly RegistryArgument[], leftOut: string[]): string[] {
  return declared.flatMap((argument) => {
    const value = knownValue(argument)
    if (argument.type === 'positional') {
      if (value !== undefined) return [value]
      if (argument.isRequired) leftOut.push(`argument ${argument.valueHint ?? ''}`.trim())
      return []
    }
    const name = argument.name ?? ''
    if (name === '') return []
    if (value !== undefined && value !== '') return [name, value]
    const takesValue = argument.valueHint != null || argument.placeholder != null
    if (argument.value === '' || (!takesValue && argument.isRequired)) return [name]
    if (argument.isRequired) leftOut.push(`argument ${name}`)
    return []
  })
}

type FromRuntime = Pick<CatalogItem, 'env' | 'volumes' | 'ports' | 'networkDisabled' | 'leftOut'>

/**
 * What the arguments for `docker run` ask for. Variables, folders and ports are taken; all that
 * would widen what the container may do (`--privileged`, `--network host`, devices) is left out.
 */
export function fromRuntimeArguments(declared: readonly RegistryArgument[]): FromRuntime {
  const taken: FromRuntime = {
    env: [],
    volumes: [],
    ports: [],
    networkDisabled: false,
    leftOut: [],
  }
  for (const argument of declared) {
    const name = argument.name ?? ''
    const written = argument.value ?? argument.default ?? ''
    if (name === '-e' || name === '--env') takeVariable(argument, written, taken)
    else if (name === '--mount' || name === '-v' || name === '--volume') {
      takeFolder(argument, written, taken)
    } else if (name === '-p' || name === '--publish') takePort(argument, taken)
    else if (name === '--network' && written === 'none') taken.networkDisabled = true
    else if (!['-i', '--rm', '--interactive', '--init', 'run'].includes(name || written)) {
      taken.leftOut.push(plainText(`${name} ${written}`.trim(), 200))
    }
  }
  return taken
}

function takeVariable(argument: RegistryArgument, written: string, taken: FromRuntime): void {
  const name = /^([A-Za-z_][A-Za-z0-9_.-]*)(?:=|$)/.exec(written)?.[1]
  if (name === undefined) {
    taken.leftOut.push(plainText(`-e ${written}`, 200))
    return
  }
  const value = written.includes('=') ? written.slice(name.length + 1) : undefined
  const [variable] = Object.values(argument.variables ?? {})
  taken.env.push(
    toInput({
      ...argument,
      ...variable,
      name,
      value: undefined,
      default: knownValue({ ...argument, value, default: undefined }) ?? variable?.default,
      isRequired: argument.isRequired === true || variable?.isRequired === true,
    }),
  )
}

function takeFolder(argument: RegistryArgument, written: string, taken: FromRuntime): void {
  const variables = argument.variables ?? {}
  const fill = (text: string | undefined) =>
    text === undefined ? undefined : knownValue({ value: text, default: undefined, variables })
  const parts = /^type=/.test(written)
    ? Object.fromEntries(written.split(',').map((part) => part.split('=', 2)))
    : { src: written.split(':')[0], dst: written.split(':')[1], mode: written.split(':')[2] }
  const target = fill(parts['dst'] ?? parts['target'] ?? parts['destination'])
  if (target === undefined || !target.startsWith('/')) {
    taken.leftOut.push(plainText(`${argument.name} ${written}`, 200))
    return
  }
  const readOnly = 'readonly' in parts || 'ro' in parts || parts['mode'] === 'ro'
  const name = plainText(argument.description, 200) || target
  // Whatever folder the publisher had in mind: the person names theirs.
  taken.volumes.push({ source: '', target, readOnly, name })
}

function takePort(argument: RegistryArgument, taken: FromRuntime): void {
  const match = /(?:^|:)(\d{1,5})(?:\/(tcp|udp))?$/.exec(knownValue(argument) ?? '')
  const container = Number(match?.[1])
  if (match === null || container < 1 || container > 65_535) return
  taken.ports.push({ container, protocol: match[2] === 'udp' ? 'udp' : 'tcp' })
}
