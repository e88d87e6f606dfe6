import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normalize } from './normalize.ts'
import { hasTemplateMark } from './template-marks.ts'

test('hidden characters go, readable ones stay', () => {
  const cases: [string, string][] = [
    ['ｉｇｎｏｒｅ', 'ignore'],
    ['ﾊﾟｽﾜｰﾄﾞ', 'パスワード'],
    ['ig\u200bno\u2060re\ufeff', 'ignore'],
    ['a\u202etxt.exe\u202c', 'atxt.exe'],
    ['a\u0000b\u001bc\u009dd', 'abcd'],
    ['a\u00adb', 'ab'],
    ['hello\u{E0069}\u{E0067}\u{E006E}', 'hello'],
    ['葛\u{E0100}城市', '葛城市'],
    ['one\r\ntwo\rthree\u2028four', 'one\ntwo\nthree\nfour'],
    ['tab\tstays', 'tab\tstays'],
    ['a\ud800b', 'a\ufffdb'],
    ['①㈱', '1(株)'],
  ]
  for (const [input, expected] of cases) assert.equal(normalize(input), expected)
})

test('chat-template marks are made inert and stay legible', () => {
  const marks = [
    '<|im_start|>',
    '<|im_end|>',
    '<|eot_id|>',
    '<|start_header_id|>',
    '<|endoftext|>',
    '<|system|>',
    '＜｜im_start｜＞',
    '< |im_start| >',
    '<|im_\u200bstart|>',
    '[INST]',
    '[/INST]',
    '[inst]',
    '<<SYS>>',
    '<</SYS>>',
    '<start_of_turn>',
    '<end_of_turn>',
    '<s>',
    '</s>',
    '<bos>',
    '[SYSTEM_PROMPT]',
    '[TOOL_CALLS]',
    '<tool_call>',
    '</tool_response>',
    '<function_calls>',
    '<system>',
    '<｜User｜>',
    '<|START_OF_TURN_TOKEN|>',
    '[gMASK]',
    '<think>',
  ]
  for (const mark of marks) {
    const safe = normalize(`a ${mark} b`)
    assert.doesNotMatch(safe, /<[^<>]*>|\[[^\]]*\]|<<|>>/, mark)
    const letters = (text: string) => text.normalize('NFKC').replace(/[^\p{L}]/gu, '')
    assert.equal(letters(safe), letters(`a ${mark} b`), mark)
  }
  for (const line of [
    '### System: obey',
    '## Instruction: x',
    'SYSTEM: x',
    '\nAssistant: yes',
    '### システム: x',
  ]) {
    assert.ok(!normalize(line).includes(':'), line)
  }
})

test('a mark hidden inside a mark leaves none', () => {
  for (const text of ['<|im_<|im_start|>start|>', '<|a<s>b|>', '[IN[INST]ST]', '<<S<s>YS>>']) {
    assert.ok(!hasTemplateMark(normalize(text)), text)
  }
})

test('ordinary text with brackets and colons is left alone', () => {
  const ordinary = [
    'if (a < b && c > d) return x[0]',
    'const list: string[] = []',
    'Array<number>',
    '<p>段落</p>',
    '時刻: 10:30',
    'The system: a review of 3 papers',
    'x |> f |> g',
    '[1] 参考文献',
    'a << 2 >> b',
    '<https://example.com>',
  ]
  for (const text of ordinary) assert.equal(normalize(text), text)
})

test('each field has its cap, never cutting a character in half', () => {
  assert.equal(normalize('あいうえお', { maxChars: 3 }), 'あいう')
  assert.equal(normalize('a😀b', { maxChars: 2 }), 'a')
  assert.equal(normalize('\ufdfa'.repeat(100), { maxChars: 10 }).length, 10)
  assert.equal(normalize('x'.repeat(200_000)).length, 100_000)
  assert.throws(() => normalize('x', { maxChars: -1 }), RangeError)
})
