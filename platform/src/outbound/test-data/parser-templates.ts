/**
 * Ways to write two hosts so that two parsers pick different ones, after PortSwigger's URL validation
 * bypass sheet: `{in}` is the inside host, `{out}` a public one.
 */
const TEMPLATES = [
  '{out} &@{in}# @{in}',
  '{out};.{in}',
  '{out}:@{in}',
  '{out}:80:\\@@{in}',
  '{out}:80\\@{in}',
  '{out}:80#\\@{in}',
  '{out}:anything@{in}',
  '{out}?@{in}',
  '{out}#@{in}/',
  '{out}@{in}',
  '{out}\\;@{in}',
  '{out}&anything@{in}',
  '{out}%23{in}',
  '{out}%00{in}',
  '{out}%0a{in}',
  '{out}%5c@{in}',
  '{in}\t{out}',
  '{in}\n{out}',
  '{in}\r\n{out}',
  '{in}\u2028{out}',
  '{in} @{out}',
  '{in} &@{out}',
  '{in} {out}',
  '{in};https://{out}',
  '{in}:\\@@{out}',
  '{in}?{out}',
  '{in}#{out}',
  '{in}..',
  '{in}@@{out}',
  '{in}@{out}',
  '{in}/?d={out}',
  '{in}/.{out}',
  '{in}///{out}',
  '{in}\\.{out}',
  '{in}\\{out}',
  '{in}\\anything@{out}',
]

/** Characters that some normaliser turns into one that splits a URL. */
const SPLITTERS =
  '\u2a74\uff1a\ufe55\ufe13\u2049\u2048\u2047\uff1f\ufe56\ufe16\u2026\ufe19\u2025\ufe30\u2024\ufe52' +
  '\uff20\ufe6b\uff0f\uff3c\ufe68\uff03\ufe5f\u2488\u2491\u249a\u249b\u33c2\u2100\u2101\u2105\u2106' +
  '\u33c7\u33d8\uff05\u2215\u2044\u29f8\u3002\uff61\uff0e'

/** Characters that parsers drop. */
const UNSEEN =
  '\u00ad\u034f\u180b\u180c\u180d\u180e\u180f\u200b\u2060\u2061\u2063\u2064\ufe00\ufe0f\ufeff\u200e\u202e'

const INSIDE = ['127.0.0.1', 'localhost', '169.254.169.254', '[::1]', 'metadata.google.internal']

/** Every template with every inside host. */
export const PARSER_TRICKS: readonly string[] = INSIDE.flatMap((inside) => [
  ...TEMPLATES.map((template) => template.replaceAll('{in}', inside)),
  ...[...SPLITTERS].flatMap((char) => [`${inside}${char}{out}`, `{out}${char}@${inside}`]),
  ...[...UNSEEN].map((char) => `${char}${inside}`),
]).map((host) => `http://${host.replaceAll('{out}', 'example.com')}/`)
