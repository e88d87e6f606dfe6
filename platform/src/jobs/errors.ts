import { defineErrors } from '../errors/index.ts'

export const jobErrors = defineErrors({
  JOB_NOT_FOUND: {
    status: 404,
    title: { en: 'No such job', ja: 'ジョブがありません' },
    detail: {
      en: 'This job does not exist, is no longer kept, or is not yours.',
      ja: 'このジョブは存在しないか、保存期間を過ぎたか、あなたのものではありません。',
    },
  },
  JOB_UNKNOWN: {
    status: 500,
    title: { en: 'Unknown job', ja: '未定義のジョブです' },
    detail: {
      en: 'No app declares the job "{name}". Add it to the `jobs` of an app.',
      ja: 'ジョブ「{name}」を宣言しているアプリがありません。アプリの jobs に加えてください。',
    },
  },
  JOB_INPUT_INVALID: {
    status: 422,
    title: { en: 'Invalid input of a job', ja: 'ジョブの入力が正しくありません' },
    detail: {
      en: 'The input of "{name}" is not what the job takes: {fields}.',
      ja: 'ジョブ「{name}」の入力が正しくありません: {fields}',
    },
  },
  JOB_INPUT_TOO_LARGE: {
    status: 413,
    title: { en: 'Input too large', ja: 'ジョブの入力が大きすぎます' },
    detail: {
      en: 'A job takes at most 256 KB. Store the data and pass its id.',
      ja: 'ジョブの入力は 256 KB までです。データを保存し、その ID を渡してください。',
    },
  },
  JOB_RESULT_TOO_LARGE: {
    status: 500,
    title: { en: 'Result too large', ja: 'ジョブの結果が大きすぎます' },
    detail: {
      en: 'The job ended, and its result is larger than 1 MB. Store it as a file and return its id.',
      ja: 'ジョブは終わりましたが、結果が 1 MB を超えています。ファイルに保存し、その ID を返してください。',
    },
  },
  JOB_FINISHED: {
    status: 409,
    title: { en: 'Already finished', ja: 'すでに終了しています' },
    detail: {
      en: 'The job is {state}; only one that is queued or running can be cancelled.',
      ja: 'このジョブの状態は {state} です。取り消せるのは待機中か実行中のものだけです。',
    },
  },
  JOB_NOT_RETRYABLE: {
    status: 409,
    title: { en: 'Nothing to retry', ja: '再試行できません' },
    detail: {
      en: 'The job is {state}; only one that failed or was cancelled can be retried or removed.',
      ja: 'このジョブの状態は {state} です。再試行や削除ができるのは、失敗か取り消しのものだけです。',
    },
  },
  JOB_SAME_IS_QUEUED: {
    status: 409,
    title: { en: 'Already queued', ja: '同じジョブがあります' },
    detail: {
      en: 'A job of the same kind for the same thing is queued or running. Wait for it, or cancel it.',
      ja: '同じ対象のジョブが待機中か実行中です。終了を待つか、取り消してください。',
    },
  },
  JOB_TIMEOUT: {
    status: 504,
    title: { en: 'Took too long', ja: '時間切れ' },
    detail: {
      en: 'The job did not end within {seconds} s and was stopped. Try again; if it stays, tell an operator.',
      ja: '{seconds} 秒以内に終わらず停止しました。もう一度お試しください。続く場合は運用担当者にお伝えください。',
    },
  },
  JOB_FAILED: {
    status: 500,
    title: { en: 'The job failed', ja: 'ジョブが失敗しました' },
    detail: {
      en: 'An unexpected error was recorded. Try again; if it stays, tell an operator the job id.',
      ja: '予期しないエラーを記録しました。もう一度お試しください。続く場合はジョブ ID を運用担当者にお伝えください。',
    },
  },
  JOB_WORKER_LOST: {
    status: 500,
    title: { en: 'The worker was lost', ja: 'ワーカーが停止しました' },
    detail: {
      en: 'Several workers stopped while they ran this job, so it is not tried again by itself. Look at memory and at the log, then retry.',
      ja: 'このジョブの実行中にワーカーが繰り返し停止したため、自動の再試行をやめました。メモリとログを確認してから再試行してください。',
    },
  },
  JOB_SCHEDULE_NOT_FOUND: {
    status: 404,
    title: { en: 'No such schedule', ja: 'スケジュールがありません' },
    detail: {
      en: 'No app declares this schedule. Reload the list.',
      ja: 'このスケジュールを宣言しているアプリがありません。一覧を読み直してください。',
    },
  },
})
