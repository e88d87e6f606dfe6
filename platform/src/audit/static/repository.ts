import { z } from 'zod'
import { defineCheck, fail, pass, type StaticCheck, skip } from '../define-check.ts'
import { judge } from '../evidence.ts'
import type { SourceTree } from './source-tree.ts'

const versions = z.record(z.string(), z.string()).optional()
const manifest = z.looseObject({
  dependencies: versions,
  devDependencies: versions,
  allowScripts: z.record(z.string(), z.boolean()).optional(),
})
const lockFile = z.looseObject({
  lockfileVersion: z.number(),
  packages: z.record(
    z.string(),
    z.looseObject({
      dependencies: versions,
      devDependencies: versions,
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      link: z.boolean().optional(),
      inBundle: z.boolean().optional(),
      hasInstallScript: z.boolean().optional(),
    }),
  ),
})
type LockFile = z.infer<typeof lockFile>

async function readLock(files: SourceTree): Promise<LockFile | undefined> {
  const text = await files.read('package-lock.json')
  return text === undefined ? undefined : lockFile.parse(JSON.parse(text))
}

async function readManifest(files: SourceTree, path: string) {
  const text = await files.read(path)
  return text === undefined ? undefined : manifest.parse(JSON.parse(text))
}

const workspaces = (lock: LockFile) =>
  Object.keys(lock.packages).filter((path) => !path.includes('node_modules'))
const installed = (lock: LockFile) =>
  Object.entries(lock.packages).filter(
    ([path, { link, inBundle }]) => path.includes('node_modules/') && !link && !inBundle,
  )
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 13)

const lockFilePresent = defineCheck<StaticCheck>({
  id: 'supply.lock-file',
  phase: 'static',
  severity: 'high',
  title: {
    en: 'The lock file matches the manifests',
    ja: 'ロックファイルが package.json と一致する',
  },
  why: {
    en: 'Without it every build may bring other code than the one that was tested.',
    ja: '一致しないと、テストしたものと違うコードが本番に入ることがあります。',
  },
  mend: {
    en: 'Run npm install and commit package-lock.json.',
    ja: 'npm install を実行し、package-lock.json をコミットします。',
  },
  minutes: 5,
  async run({ files }) {
    const lock = await readLock(files)
    const file = 'package-lock.json'
    if (lock === undefined) {
      return fail({ en: 'There is no package-lock.json.', ja: 'package-lock.json がありません。' })
    }
    const different: string[] = []
    for (const path of workspaces(lock)) {
      const at = path === '' ? 'package.json' : `${path}/package.json`
      const found = await readManifest(files, at)
      for (const kind of ['dependencies', 'devDependencies'] as const) {
        const [declared, locked] = [found?.[kind] ?? {}, lock.packages[path]?.[kind] ?? {}]
        const names = new Set([...Object.keys(declared), ...Object.keys(locked)])
        if (found === undefined) continue
        different.push(...[...names].filter((name) => declared[name] !== locked[name]))
      }
    }
    return judge(
      [...new Set(different)],
      { en: 'Differ from package.json:', ja: 'package.json と異なるもの:' },
      {
        en: `${installed(lock).length} packages locked, all as declared.`,
        ja: `${installed(lock).length} 個のパッケージが宣言どおり固定されています。`,
      },
      { file },
    )
  },
})

const integrity = defineCheck<StaticCheck>({
  id: 'supply.integrity',
  phase: 'static',
  severity: 'high',
  title: {
    en: 'Every package comes from a registry over https with its hash',
    ja: 'すべてのパッケージが https のレジストリからハッシュ付きで入る',
  },
  why: {
    en: 'A package from a Git address or without a hash can be exchanged unnoticed.',
    ja: 'Git のアドレスやハッシュのないパッケージは、気付かれずに差し替えられます。',
  },
  mend: {
    en: 'Replace the dependency by a released version, then run npm install.',
    ja: '公開済みのバージョンに置き換え、npm install を実行します。',
  },
  minutes: 30,
  async run({ files }) {
    const lock = await readLock(files)
    if (lock === undefined)
      return skip('There is no package-lock.json.', 'package-lock.json がありません。')
    const packages = installed(lock)
    const loose = packages
      .filter(([, one]) => one.integrity === undefined || !/^https:/.test(one.resolved ?? 'https:'))
      .map(([path]) => nameOf(path))
    return judge(
      loose,
      { en: 'Without a hash or not by https:', ja: 'ハッシュがないか https 以外:' },
      {
        en: `${packages.length} packages, all with a hash.`,
        ja: `${packages.length} 個すべてハッシュ付き。`,
      },
      { file: 'package-lock.json' },
    )
  },
})

const exactVersions = defineCheck<StaticCheck>({
  id: 'supply.exact-versions',
  phase: 'static',
  severity: 'medium',
  title: {
    en: 'Dependencies are pinned exactly',
    ja: '依存パッケージのバージョンが固定されている',
  },
  why: {
    en: 'A range lets a new release in with the next install of a lock file.',
    ja: '範囲指定だと、次の更新時に意図しない版が入ります。',
  },
  mend: {
    en: 'Write each version without ^ and ~.',
    ja: '^ や ~ を付けずにバージョンを書きます。',
  },
  minutes: 10,
  async run({ files }) {
    const paths = files.matching(
      /^(package|(platform|apps\/[^/]+|web|sandbox|bench)\/package)\.json$/,
    )
    const loose: string[] = []
    for (const path of paths) {
      const found = await readManifest(files, path)
      for (const [name, version] of Object.entries({
        ...found?.dependencies,
        ...found?.devDependencies,
      })) {
        // `*` names a package of this checkout: it has no other version.
        if (
          !/^\d+\.\d+\.\d+([-+].+)?$/.test(version) &&
          !(version === '*' && name.startsWith('@minato/'))
        )
          loose.push(`${path}: ${name}`)
      }
    }
    if (paths.length === 0) return skip('There is no package.json.', 'package.json がありません。')
    return judge(
      loose,
      { en: 'Not exact:', ja: '固定されていないもの:' },
      {
        en: `${paths.length} manifests, all exact.`,
        ja: `${paths.length} 個の package.json すべて固定。`,
      },
    )
  },
})

const installScripts = defineCheck<StaticCheck>({
  id: 'supply.install-scripts',
  phase: 'static',
  severity: 'medium',
  title: {
    en: 'Packages that run code at installation are listed',
    ja: 'インストール時にコードを実行するパッケージが列挙されている',
  },
  why: {
    en: 'Install scripts are the usual way in for a poisoned package.',
    ja: 'インストールスクリプトは、汚染されたパッケージの侵入口です。',
  },
  mend: {
    en: 'Name each in allowScripts of package.json after reading its script, or replace the package.',
    ja: '内容を確認して package.json の allowScripts に書くか、別のパッケージに替えます。',
  },
  minutes: 20,
  async run({ files }) {
    const [lock, root] = [await readLock(files), await readManifest(files, 'package.json')]
    if (lock === undefined)
      return skip('There is no package-lock.json.', 'package-lock.json がありません。')
    const allowed = root?.allowScripts ?? {}
    const scripted = installed(lock).filter(([, { hasInstallScript }]) => hasInstallScript === true)
    const unlisted = scripted.map(([path]) => nameOf(path)).filter((name) => !(name in allowed))
    return judge(
      [...new Set(unlisted)],
      { en: 'Run code when installed and are not listed:', ja: '列挙されていないもの:' },
      {
        en: `${scripted.length} with a script, each listed.`,
        ja: `スクリプトを持つ ${scripted.length} 個はすべて列挙済み。`,
      },
      { file: 'package.json' },
    )
  },
})

const envFiles = defineCheck<StaticCheck>({
  id: 'secrets.env-files',
  phase: 'static',
  severity: 'critical',
  title: {
    en: 'No environment or key file is committed or shipped',
    ja: '環境変数ファイルや鍵ファイルがコミット・同梱されていない',
  },
  why: {
    en: 'Whoever can read the repository or the image then holds the keys.',
    ja: 'リポジトリやイメージを読める人が鍵を手に入れます。',
  },
  mend: {
    en: 'Remove the file (git rm --cached), add it to .gitignore, and replace every secret it held.',
    ja: 'git rm --cached で外し、.gitignore に加え、含まれていた秘密をすべて交換します。',
  },
  minutes: 60,
  seeds: ['001 シークレット管理: .env を gitignore に追加', '001 .dockerignore'],
  async run({ files }) {
    const held = files.matching(
      /(^|\/)(\.env(\.(?!development$|example$)[^/]+)?|id_(rsa|ed25519|ecdsa)|[^/]+\.(pem|key|p12|pfx)|credentials\.json)$|^(deploy\/)?secrets\//,
    )
    // Certificates are public; tests carry throw-away keys that are marked as such.
    const wrong = held.filter((path) => !/(^|\/)(test|test-data|src)\//.test(path))
    if (wrong.length === 0) {
      const ignore = await files.read('.gitignore')
      if (files.git && !/^\.env$/m.test(ignore ?? '')) {
        const text = {
          en: '.gitignore does not name .env.',
          ja: '.gitignore に .env がありません。',
        }
        return fail(text, { file: '.gitignore' })
      }
    }
    return judge(
      wrong,
      { en: 'Found:', ja: '見つかったもの:' },
      {
        en: `None among ${files.paths.length} files.`,
        ja: `${files.paths.length} ファイル中になし。`,
      },
      { file: wrong[0] ?? '' },
    )
  },
})

const changelog = defineCheck<StaticCheck>({
  id: 'docs.changelog',
  phase: 'static',
  severity: 'low',
  title: { en: 'The changes are written down', ja: '変更履歴が書かれている' },
  why: {
    en: 'Whoever is called at night must know what came with the release.',
    ja: '夜間に呼ばれた人が、このリリースで何が変わったかを知る必要があります。',
  },
  mend: {
    en: 'Describe the release in CHANGELOG.md.',
    ja: 'CHANGELOG.md にリリースの内容を書きます。',
  },
  minutes: 15,
  seeds: ['004 移行後: ドキュメントの更新'],
  async run({ files }) {
    const text = await files.read('CHANGELOG.md')
    if (text === undefined && !files.git) {
      return skip('There is no CHANGELOG.md here.', 'CHANGELOG.md がここにはありません。')
    }
    const sections = text?.match(/^## .+/gm) ?? []
    return sections.length === 0
      ? fail({
          en: 'CHANGELOG.md names no release.',
          ja: 'CHANGELOG.md にリリースの記載がありません。',
        })
      : pass(`Newest entry: ${sections[0]}`, `最新の項目: ${sections[0]}`)
  },
})

export const repositoryChecks: readonly StaticCheck[] = [
  lockFilePresent,
  integrity,
  exactVersions,
  installScripts,
  envFiles,
  changelog,
]
