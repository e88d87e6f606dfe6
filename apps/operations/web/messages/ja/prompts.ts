import type { Translation } from '@minato/web/messages'
import type en from '../en/prompts.ts'

const ja: Translation<typeof en> = {
  prompts: {
    title: 'プロンプト',
    intro: '各アプリがモデルに渡す文面です。変更前の文面も残ります。',
    empty: 'プロンプトはまだありません',
    emptyDetail: 'アプリがプロンプトを登録するか使うと、ここに並びます。',
    name: 'プロンプト',
    version: '版',
    cases: '評価例',
    wording: '文面',
    changedAt: '変更',
    builtIn: '標準の文面',
    overridden: '運用で変更済み',
    outdated: '変更済み（標準の文面が更新されています）',
    template: '文面',
    inputs: '差し込み: {inputs}',
    noInputs: 'このプロンプトに差し込みはありません。',
    done: '{name} の文面を保存しました',
    restore: '標準の文面に戻す',
    restoreTitle: '{name} を標準の文面に戻しますか？',
    restoreDetail: '変更した文面は履歴に残ります。',
    restored: '{name} を標準の文面に戻しました',
    gone: 'プロンプトがありません',
    goneDetail: '起動してから一度も使われていないアプリのプロンプトかもしれません。',
    history: '変更の履歴',
    withdrawn: '（現在は使われていません）',
    evaluation: '期待どおりに働くか',
    evaluationIntro: ({ count }) =>
      `正しい答えがわかっている ${count} 件の例で確かめます。モデルを呼び出すため、利用量に数えられます。`,
    evaluate: '評価する',
    passed: '{total} 件中 {passed} 件が合格',
    case: '例 {number}',
    casePassed: '合格',
    caseFailed: '不合格',
    input: '入力',
    expected: '期待',
    output: '回答',
    problem: '問題',
  },
}

export default ja
