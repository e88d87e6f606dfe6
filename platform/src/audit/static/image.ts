import { defineCheck, fail, type Outcome, pass, type StaticCheck, skip } from '../define-check.ts'
import { judge } from '../evidence.ts'
import type { StaticContext } from './context.ts'
import { type Dockerfile, finalStage, type Instruction } from './dockerfile.ts'

/** A check of the Dockerfile; without one nothing is proven. */
function imageCheck(
  check: Omit<StaticCheck, 'phase' | 'run'> & {
    look(file: Dockerfile, context: StaticContext): Outcome | Promise<Outcome>
  },
): StaticCheck {
  const { look, ...words } = check
  return defineCheck<StaticCheck>({
    ...words,
    phase: 'static',
    async run(context) {
      const file = await context.dockerfile()
      return file === undefined
        ? skip('There is no Dockerfile here.', 'Dockerfile がここにはありません。')
        : await look(file, context)
    },
  })
}

const all = (file: Dockerfile): Instruction[] => [
  ...file.arguments,
  ...file.stages.flatMap(({ instructions }) => instructions),
]
const last = (file: Dockerfile, keyword: string) =>
  finalStage(file)?.instructions.findLast((one) => one.keyword === keyword)
const at = (file: Dockerfile, instruction?: Instruction) =>
  instruction === undefined ? { file: file.path } : { file: file.path, line: instruction.line }

const nonRoot = imageCheck({
  id: 'image.non-root',
  severity: 'critical',
  title: { en: 'The image does not run as root', ja: 'イメージが root で動かない' },
  why: {
    en: 'A fault in the program then is a fault in the whole container, and often in the host.',
    ja: 'root だと、プログラムの欠陥がコンテナ全体、時にホストの被害になります。',
  },
  mend: {
    en: 'End the last stage with USER 10001:10001.',
    ja: '最後のステージに USER 10001:10001 を書きます。',
  },
  minutes: 15,
  seeds: ['001 コンテナセキュリティ: rootユーザーでアプリケーションを実行しない'],
  look(file) {
    const user = last(file, 'USER')
    if (user === undefined || /^(root|0)(:|$)/.test(user.text.trim())) {
      const text = user === undefined ? 'no USER' : `USER ${user.text}`
      return fail(
        { en: `The last stage has ${text}.`, ja: `最後のステージは ${text} です。` },
        at(file, user),
      )
    }
    return pass(`USER ${user.text}`)
  },
})

const multiStage = imageCheck({
  id: 'image.multi-stage',
  severity: 'medium',
  title: { en: 'Build tools stay out of the image', ja: 'ビルド用の道具がイメージに残らない' },
  why: {
    en: 'What is not in the image cannot be attacked, nor need updates.',
    ja: 'イメージにないものは攻撃されず、更新も要りません。',
  },
  mend: {
    en: 'Build in an earlier stage and COPY --from it; install nothing in the last one.',
    ja: '前のステージでビルドし COPY --from で取り込みます。最後のステージでは何も入れません。',
  },
  minutes: 60,
  seeds: ['001 不要なパッケージをインストールしない', '004 Docker設定'],
  look(file) {
    const final = finalStage(file)
    const installs = final?.instructions.filter(
      ({ keyword, text }) =>
        keyword === 'RUN' && /\b(npm (ci|install)|apt-get install|apk add)\b/.test(text),
    )
    if (file.stages.length < 2) {
      return fail(
        { en: 'There is one stage only.', ja: 'ステージが 1 つしかありません。' },
        at(file),
      )
    }
    if (installs !== undefined && installs.length > 0) {
      return fail(
        { en: 'The last stage installs packages.', ja: '最後のステージで導入しています。' },
        at(file, installs[0]),
      )
    }
    return pass(
      `${file.stages.length} stages; the last installs nothing.`,
      `${file.stages.length} ステージ。最後は何も導入しません。`,
    )
  },
})

const pinnedBase = imageCheck({
  id: 'image.pinned-base',
  severity: 'medium',
  title: { en: 'Base images name a version', ja: 'ベースイメージのバージョンが指定されている' },
  why: {
    en: 'With "latest" nobody can say what runs, nor build it again.',
    ja: '「latest」では、何が動いているか分からず、同じものを作れません。',
  },
  mend: {
    en: 'Write a tag with a version, or a digest.',
    ja: 'バージョンのタグかダイジェストを書きます。',
  },
  minutes: 5,
  seeds: ['001 イメージを定期的に更新'],
  look(file) {
    const standards = new Map(
      all(file).flatMap(({ keyword, text }) => {
        const match = /^(\w+)=(\S+)/.exec(text)
        return keyword === 'ARG' && match ? [[match[1] ?? '', match[2] ?? ''] as const] : []
      }),
    )
    const names = new Set(file.stages.flatMap(({ name }) => name ?? []))
    const bases = file.stages
      .map(({ from }) =>
        from.replace(
          /\$\{?(\w+)(?::-[^}]*)?\}?/g,
          (_all, name: string) => standards.get(name) ?? '',
        ),
      )
      .filter((from) => !names.has(from) && from !== 'scratch')
    const loose = bases.filter(
      (from) => !from.includes('@sha256:') && !/:(?!latest$)[^/]+$/.test(from),
    )
    return judge(
      loose.map((from) => from || '(empty)'),
      { en: 'Without a version:', ja: 'バージョンのないもの:' },
      { en: [...new Set(bases)].join(', '), ja: [...new Set(bases)].join(', ') },
      at(file),
    )
  },
})

const SECRET_NAME =
  /(SECRET|PASSWORD|PASSWD|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY|ENCRYPTION_KEYS|CREDENTIAL|DSN)/i

const noSecrets = imageCheck({
  id: 'image.no-secrets',
  severity: 'critical',
  title: { en: 'No secret is baked into the image', ja: 'イメージに秘密が焼き込まれていない' },
  why: {
    en: 'Build arguments and environment stay readable in the history of every copy of the image.',
    ja: 'ビルド引数と環境変数は、イメージの履歴から誰でも読めます。',
  },
  mend: {
    en: 'Give secrets at run time by files (NAME_FILE), at build time by RUN --mount=type=secret.',
    ja: '実行時は NAME_FILE、ビルド時は RUN --mount=type=secret で渡します。',
  },
  minutes: 30,
  seeds: ['001 シークレット管理'],
  look(file) {
    const wrong = all(file).filter(({ keyword, text }) =>
      keyword === 'ARG' || keyword === 'ENV'
        ? text
            .split(/\s+/)
            .some((pair) => SECRET_NAME.test(pair.split('=')[0] ?? '') && !/_FILE=/.test(pair))
        : (keyword === 'COPY' || keyword === 'ADD') && /(^|[\s/])\.env(\s|$)/.test(text),
    )
    return judge(
      wrong.map(({ keyword, text, line }) => `${keyword} ${text.split(/[=\s]/)[0]} (${line})`),
      { en: 'Carries a secret:', ja: '秘密を含むもの:' },
      {
        en: 'No ARG or ENV is named like a secret.',
        ja: '秘密らしい名前の ARG・ENV はありません。',
      },
      at(file, wrong[0]),
    )
  },
})

const health = imageCheck({
  id: 'image.health',
  severity: 'medium',
  title: {
    en: 'The image checks its own health without a shell',
    ja: 'イメージがシェルなしで自身の健康を確認する',
  },
  why: {
    en: 'A check by curl needs curl and a shell in the image, which help whoever breaks in.',
    ja: 'curl による確認は curl とシェルを要し、侵入者の助けになります。',
  },
  mend: {
    en: 'HEALTHCHECK CMD ["node", "/minato/bin/main.ts", "health"].',
    ja: 'HEALTHCHECK CMD ["node", "/minato/bin/main.ts", "health"] と書きます。',
  },
  minutes: 10,
  seeds: ['001 Dockerfile: HEALTHCHECK', '004 ロードバランサー: ヘルスチェック'],
  look(file) {
    const found = last(file, 'HEALTHCHECK')
    const command = found?.text.slice(found.text.indexOf('CMD') + 3).trim() ?? ''
    if (found === undefined || /^NONE/i.test(found.text)) {
      return fail(
        {
          en: 'The last stage has no HEALTHCHECK.',
          ja: '最後のステージに HEALTHCHECK がありません。',
        },
        at(file),
      )
    }
    if (!command.startsWith('[') || /\b(curl|wget|sh)\b/.test(command)) {
      return fail(
        { en: `It runs ${command.slice(0, 80)}`, ja: `実行内容: ${command.slice(0, 80)}` },
        at(file, found),
      )
    }
    return pass(command)
  },
})

const execForm = imageCheck({
  id: 'image.signals',
  severity: 'medium',
  title: { en: 'The process receives the signal to stop', ja: 'プロセスが停止の合図を受け取る' },
  why: {
    en: 'A shell in front swallows SIGTERM: requests and jobs are cut instead of finished.',
    ja: 'シェルを挟むと SIGTERM が届かず、処理が途中で切られます。',
  },
  mend: {
    en: 'Write ENTRYPOINT and CMD as JSON lists.',
    ja: 'ENTRYPOINT と CMD を JSON の配列で書きます。',
  },
  minutes: 5,
  look(file) {
    const found = [last(file, 'ENTRYPOINT'), last(file, 'CMD')].filter((one) => one !== undefined)
    if (found.length === 0) {
      return fail(
        { en: 'There is neither ENTRYPOINT nor CMD.', ja: 'ENTRYPOINT も CMD もありません。' },
        at(file),
      )
    }
    const shell = found.filter(({ text }) => !text.trim().startsWith('['))
    return judge(
      shell.map(({ keyword, text }) => `${keyword} ${text.slice(0, 60)}`),
      { en: 'In shell form:', ja: 'シェル形式:' },
      { en: 'Both are lists.', ja: 'どちらも配列です。' },
      at(file, shell[0]),
    )
  },
})

const remoteCode = imageCheck({
  id: 'image.no-remote-code',
  severity: 'high',
  title: {
    en: 'The build runs nothing straight from the network',
    ja: 'ビルドが通信で得たものをそのまま実行しない',
  },
  why: {
    en: 'Whoever controls that address controls the image.',
    ja: 'その配布元を支配する人が、イメージを支配します。',
  },
  mend: {
    en: 'Install from a package manager, or check a SHA-256 before running.',
    ja: 'パッケージ管理を使うか、実行前に SHA-256 を確かめます。',
  },
  minutes: 30,
  look(file) {
    const wrong = all(file).filter(({ keyword, text }) =>
      keyword === 'ADD'
        ? /https?:\/\//.test(text) && !/--checksum=/.test(text)
        : keyword === 'RUN' &&
          /\b(curl|wget)\b[^|;&]*\|\s*(sudo\s+)?(ba|z|da)?sh\b|chmod\s+(-R\s+)?0?777/.test(text),
    )
    return judge(
      wrong.map(({ keyword, line }) => `${keyword} (${line})`),
      { en: 'Unchecked:', ja: '確認なし:' },
      {
        en: 'No ADD of a URL, no curl | sh, no chmod 777.',
        ja: 'URL の ADD、curl | sh、chmod 777 はありません。',
      },
      at(file, wrong[0]),
    )
  },
})

const WANTED = ['.git', '.env', 'node_modules', 'data']

const ignore = defineCheck<StaticCheck>({
  id: 'image.ignore-file',
  phase: 'static',
  severity: 'high',
  title: {
    en: 'Secrets, history and data stay out of the build context',
    ja: '秘密・履歴・データがビルドに渡らない',
  },
  why: {
    en: 'COPY . takes along whatever lies in the folder of whoever builds.',
    ja: 'COPY . は、ビルドする人のフォルダーにあるものをすべて取り込みます。',
  },
  mend: {
    en: `Name ${WANTED.join(', ')} in .dockerignore.`,
    ja: `.dockerignore に ${WANTED.join('、')} を書きます。`,
  },
  minutes: 5,
  seeds: ['001 .dockerignore'],
  async run({ files }) {
    const text =
      (await files.read('deploy/Dockerfile.dockerignore')) ?? (await files.read('.dockerignore'))
    if (text === undefined) {
      return files.git
        ? fail({ en: 'There is no .dockerignore.', ja: '.dockerignore がありません。' })
        : skip('There is no .dockerignore here.', '.dockerignore がここにはありません。')
    }
    const lines = text.split(/\r?\n/).map((line) => line.trim().replace(/^(\*\*\/|\/)+|\/+$/g, ''))
    // A file that excludes everything and names what may come in is the stricter way.
    const strict = lines.includes('*') || lines.includes('**')
    const covered = (name: string) =>
      strict
        ? !lines.some((line) => line.replace(/^!\/?/, '') === name && line.startsWith('!'))
        : lines.some((line) => line === name || line === `${name}*` || line === `${name}.*`)
    return judge(
      WANTED.filter((name) => !covered(name)),
      { en: 'Not excluded:', ja: '除外されていないもの:' },
      { en: `Excludes ${WANTED.join(', ')}.`, ja: `${WANTED.join('、')} を除外しています。` },
      { file: '.dockerignore' },
    )
  },
})

export const imageChecks: readonly StaticCheck[] = [
  nonRoot,
  multiStage,
  pinnedBase,
  noSecrets,
  health,
  execForm,
  remoteCode,
  ignore,
]
