import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FieldError } from '../errors/index.ts'
import { authErrors } from './errors.ts'

const MIN_LENGTH = 10
export const MAX_PASSWORD_LENGTH = 256
/** Fewer different characters than this is a repetition. */
const MIN_DIFFERENT = 5
/** A run like `abcdef` or `987654` that makes up this share of the password is a sequence. */
const SEQUENCE_SHARE = 0.6

const RULES = {
  too_short: { en: 'Use at least 10 characters.', ja: '10 文字以上にしてください。' },
  too_long: { en: 'Use at most 256 characters.', ja: '256 文字以内にしてください。' },
  common: {
    en: 'This password, or one like it, is in lists of leaked passwords.',
    ja: '漏えいしたパスワードの一覧にあるものか、それに近いものです。',
  },
  personal: {
    en: 'Do not use your name or e-mail address in it.',
    ja: '名前やメールアドレスを含めないでください。',
  },
  repeated: {
    en: 'Do not repeat the same few characters.',
    ja: '同じ文字の繰り返しは避けてください。',
  },
  sequence: {
    en: 'Do not use runs such as 123456 or abcdef.',
    ja: '123456 や abcdef のような連続は避けてください。',
  },
} as const
export type PasswordProblem = keyof typeof RULES

const LOOK_ALIKE: Record<string, string> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
}
const ROWS = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm']
const RUNS = ROWS.flatMap((row) => [row, [...row].reverse().join('')])

let list: Promise<ReadonlySet<string>> | undefined

/** The words passwords are made of; read once, when the first password is chosen. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  list ??= readFile(join(import.meta.dirname, 'common-passwords.txt'), 'utf8').then((text) => {
    const lines = text.split('\n').filter((line) => !line.startsWith('#'))
    return new Set(lines.flatMap((line) => line.split(/\s+/)).filter((word) => word !== ''))
  })
  return list
}

/** What is wrong with a password, or undefined. `person` holds what an attacker would try first. */
export async function passwordProblem(
  password: string,
  person: { email?: string; name?: string } = {},
): Promise<PasswordProblem | undefined> {
  const text = password.normalize('NFKC').toLowerCase()
  if ([...text].length < MIN_LENGTH) return 'too_short'
  if (password.length > MAX_PASSWORD_LENGTH) return 'too_long'
  if (isCommon(text, await commonPasswords())) return 'common'
  if (isPersonal(text, person)) return 'personal'
  if (isRepeated(text)) return 'repeated'
  return longestRun(text) >= text.length * SEQUENCE_SHARE ? 'sequence' : undefined
}

/** @throws AUTH_PASSWORD_WEAK with the reason as a field error. */
export async function assertStrongPassword(
  password: string,
  person: { email?: string; name?: string },
  locale: 'ja' | 'en',
  field = 'password',
): Promise<void> {
  const problem = await passwordProblem(password, person)
  if (problem === undefined) return
  const error: FieldError = { path: field, code: problem, message: RULES[problem][locale] }
  throw authErrors.AUTH_PASSWORD_WEAK(undefined, { errors: [error] })
}

function isCommon(text: string, common: ReadonlySet<string>): boolean {
  const decorations = /^[\d\W_]+|[\d\W_]+$/gu
  const isWord = (word: string): boolean => {
    if (common.has(word)) return true
    const half = word.slice(0, word.length / 2)
    return word.length % 2 === 0 && half + half === word && common.has(half)
  }
  const bare = text.replace(/[^\p{L}]+$|^[^\p{L}]+/gu, '')
  const undone = [...text].map((letter) => LOOK_ALIKE[letter] ?? letter).join('')
  const candidates = [text, bare, undone, undone.replace(decorations, '')]
  // `P@ssw0rd2024!`: undo the look-alikes only after the decorations are gone.
  const trimmed = text.replace(decorations, '')
  candidates.push([...trimmed].map((letter) => LOOK_ALIKE[letter] ?? letter).join(''))
  return candidates.some((word) => word !== '' && isWord(word))
}

function isPersonal(text: string, { email, name }: { email?: string; name?: string }): boolean {
  const parts = [
    email,
    ...(email ?? '').split(/[@.+_-]/).slice(0, -1),
    ...(name ?? '').split(/[\s　]+/),
    (name ?? '').replace(/[\s　]+/g, ''),
  ]
  return parts.some((part) => {
    const word = (part ?? '').normalize('NFKC').toLowerCase()
    return [...word].length >= 4 && text.includes(word)
  })
}

function isRepeated(text: string): boolean {
  if (new Set(text).size < MIN_DIFFERENT) return true
  // A short piece again and again: `tokuda1tokuda1tokuda1`.
  for (let size = 1; size <= text.length / 3; size += 1) {
    const piece = text.slice(0, size)
    if (piece.repeat(Math.ceil(text.length / size)).slice(0, text.length) === text) return true
  }
  return false
}

/** Length of the longest stretch that runs along the alphabet, the digits or a keyboard row. */
function longestRun(text: string): number {
  let longest = 0
  for (let start = 0; start < text.length; start += 1) {
    for (let end = start + longest + 1; end <= text.length; end += 1) {
      const piece = text.slice(start, end)
      if (!RUNS.some((run) => run.includes(piece))) break
      longest = end - start
    }
  }
  return longest
}
