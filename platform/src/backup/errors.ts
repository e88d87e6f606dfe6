import { defineErrors } from '../errors/index.ts'

export const backupErrors = defineErrors({
  BACKUP_NOT_FOUND: {
    status: 404,
    title: { en: 'No such backup', ja: 'バックアップが見つかりません' },
    detail: {
      en: 'There is no backup {id} in {place}. List them with `minato backup list`.',
      ja: '{place} にバックアップ {id} はありません。`minato backup list` で確認してください。',
    },
  },
  BACKUP_NONE: {
    status: 404,
    title: { en: 'No backup yet', ja: 'バックアップがまだありません' },
    detail: {
      en: 'There is no backup in {place}. Make one with `minato backup`.',
      ja: '{place} にバックアップがありません。`minato backup` で作成してください。',
    },
  },
  BACKUP_RUNNING: {
    status: 409,
    title: { en: 'A backup is running', ja: 'バックアップを実行中です' },
    detail: {
      en: 'Another backup or drill is running. Wait until it has ended.',
      ja: '別のバックアップまたは復元訓練を実行中です。終わるまでお待ちください。',
    },
  },
  BACKUP_INTERRUPTED: {
    status: 500,
    title: { en: 'Interrupted', ja: '中断されました' },
    detail: {
      en: 'The process ended before the backup did. Nothing was published; make another one.',
      ja: '途中でプロセスが終了したため、公開されていません。もう一度作成してください。',
    },
  },
  BACKUP_KEY_MISSING: {
    status: 422,
    title: { en: 'Key missing', ja: '鍵がありません' },
    detail: {
      en: 'The backup needs the key "{keyId}", which is not in ENCRYPTION_KEYS. Add it behind the others and try again.',
      ja: 'このバックアップには鍵「{keyId}」が必要ですが、ENCRYPTION_KEYS にありません。末尾に追加してからやり直してください。',
    },
  },
  BACKUP_KEY_WRONG: {
    status: 422,
    title: { en: 'Wrong key, or damaged', ja: '鍵が違うか、壊れています' },
    detail: {
      en: 'The key "{keyId}" in ENCRYPTION_KEYS does not open this backup: it is another key under the same id, or the manifest is damaged. Use the key of that time, or another backup.',
      ja: 'ENCRYPTION_KEYS の鍵「{keyId}」ではこのバックアップを開けません（同じ ID の別の鍵か、目録の破損）。当時の鍵か別のバックアップを使ってください。',
    },
  },
  BACKUP_CORRUPT: {
    status: 422,
    title: { en: 'Backup damaged', ja: 'バックアップが壊れています' },
    detail: {
      en: '{part} of backup {id} is not what was written: {reason}. Use another backup, or another copy of this file.',
      ja: 'バックアップ {id} の {part} が書き込んだ内容と一致しません（{reason}）。別のバックアップか、このファイルの別の写しを使ってください。',
    },
  },
  BACKUP_PART_MISSING: {
    status: 422,
    title: { en: 'Part of the backup missing', ja: 'バックアップの一部がありません' },
    detail: {
      en: '{part} of backup {id} is not in {place}. Bring the file back, or use another backup.',
      ja: 'バックアップ {id} の {part} が {place} にありません。ファイルを戻すか、別のバックアップを使ってください。',
    },
  },
  BACKUP_FORMAT_UNKNOWN: {
    status: 422,
    title: { en: 'Unknown backup format', ja: '形式が分かりません' },
    detail: {
      en: 'Backup {id} has a format this release cannot read. Restore it with the release that made it, or a newer one.',
      ja: 'バックアップ {id} の形式はこのリリースでは読めません。作成時以降のリリースで復元してください。',
    },
  },
  BACKUP_RELEASE_NEWER: {
    status: 409,
    title: { en: 'Backup of another release', ja: '別のリリースのバックアップです' },
    detail: {
      en: 'The backup was made by release {release} with migrations this release does not have ({migrations}). Restore it with that release.',
      ja: 'このバックアップはリリース {release} のもので、このリリースにないマイグレーション（{migrations}）を含みます。そのリリースで復元してください。',
    },
  },
  BACKUP_NOT_MIGRATED: {
    status: 409,
    title: { en: 'Nothing to back up', ja: 'バックアップする対象がありません' },
    detail: {
      en: 'The database has no tables of Minato. Run `minato migrate` first.',
      ja: 'データベースに Minato のテーブルがありません。先に `minato migrate` を実行してください。',
    },
  },
  BACKUP_SCHEMA_DIFFERS: {
    status: 409,
    title: { en: 'Schema differs', ja: 'スキーマが一致しません' },
    detail: {
      en: 'The database that was backed up is not what its migrations make: {differences}. Mend it, then make another backup; a restore takes it as it is with --accept-differences.',
      ja: 'バックアップ元のデータベースがマイグレーションの結果と異なります（{differences}）。修正してから作り直してください。そのまま復元するには --accept-differences を付けます。',
    },
  },
  BACKUP_COUNT_DIFFERS: {
    status: 422,
    title: { en: 'Content differs', ja: '内容が一致しません' },
    detail: {
      en: '{table} holds other rows than were backed up ({found} of {expected} rows). Nothing was kept.',
      ja: '{table} の行がバックアップ時と異なります（{expected} 行中 {found} 行）。復元結果は破棄しました。',
    },
  },
  BACKUP_ORPHANS: {
    status: 422,
    title: { en: 'Orphaned rows', ja: '参照先のない行があります' },
    detail: {
      en: '{count} row(s) of {table} point to rows that are not there ({constraint}). Delete or mend them in the source, then make another backup.',
      ja: '{table} の {count} 行が存在しない行を参照しています（{constraint}）。元のデータを修正してから作り直してください。',
    },
  },
  BACKUP_UNDECRYPTABLE: {
    status: 422,
    title: { en: 'Stored values cannot be opened', ja: '暗号化された値を開けません' },
    detail: {
      en: '{count} value(s) in {column} cannot be opened with the present ENCRYPTION_KEYS ({code}). Add the key of that time.',
      ja: '{column} の {count} 件の値を現在の ENCRYPTION_KEYS で開けません（{code}）。当時の鍵を追加してください。',
    },
  },
  BACKUP_STALE: {
    status: 409,
    title: { en: 'Newest backup too old', ja: '最新のバックアップが古すぎます' },
    detail: {
      en: 'The newest backup is {hours} hours old; at most {limit} are allowed (BACKUP_MAX_AGE). Find out why none was made since.',
      ja: '最新のバックアップは {hours} 時間前のものです（上限 {limit} 時間、BACKUP_MAX_AGE）。作成されていない原因を調べてください。',
    },
  },
  BACKUP_APP_FAILED: {
    status: 500,
    title: { en: 'The app does not answer on it', ja: '復元後のアプリが応答しません' },
    detail: {
      en: 'The restored copy was complete, but the app did not start on it: {reason}.',
      ja: '復元は完了しましたが、アプリが起動しませんでした: {reason}',
    },
  },
  BACKUP_TARGET_NOT_EMPTY: {
    status: 409,
    title: { en: 'The target is not empty', ja: '復元先が空ではありません' },
    detail: {
      en: '{target} holds data and was not touched. Restore into an empty one, or put it aside with --replace {name}.',
      ja: '{target} にはデータがあるため変更していません。空の復元先を指定するか、--replace {name} で退避してください。',
    },
  },
  BACKUP_TARGET_IN_USE: {
    status: 409,
    title: { en: 'The target is in use', ja: '復元先が使用中です' },
    detail: {
      en: '{target} is in use ({by}). Stop every web and worker process first.',
      ja: '{target} は使用中です（{by}）。先にすべての web・worker プロセスを停止してください。',
    },
  },
  BACKUP_TARGET_INVALID: {
    status: 422,
    title: { en: 'Target not understood', ja: '復元先が正しくありません' },
    detail: { en: '{reason}', ja: '{reason}' },
  },
  BACKUP_SCRATCH_FORBIDDEN: {
    status: 403,
    title: { en: 'No scratch database', ja: '作業用データベースを作れません' },
    detail: {
      en: 'The role may not create a database. Run ALTER ROLE … CREATEDB, or set BACKUP_DRILL_DATABASE_URL to a server where it may.',
      ja: 'データベースを作成する権限がありません。ALTER ROLE … CREATEDB を実行するか、BACKUP_DRILL_DATABASE_URL を設定してください。',
    },
  },
  BACKUP_STORAGE_FULL: {
    status: 507,
    title: { en: 'Storage full', ja: '容量が不足しています' },
    detail: {
      en: 'No space is left in {place}. Nothing half-made was kept; free space, then try again.',
      ja: '{place} の空き容量が足りません。途中の結果は残していません。容量を確保してからやり直してください。',
    },
  },
  BACKUP_STORE_UNAVAILABLE: {
    status: 503,
    title: { en: 'Backup store away', ja: 'バックアップの保存先に接続できません' },
    detail: {
      en: '{place} cannot be read or written ({reason}). Check BACKUP_URL and its permissions.',
      ja: '{place} を読み書きできません（{reason}）。BACKUP_URL と権限を確認してください。',
    },
  },
})
