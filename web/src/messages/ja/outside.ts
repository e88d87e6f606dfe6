import type { Translation } from '../../messages.ts'
import type en from '../en/outside.ts'

const ja: Translation<typeof en> = {
  tagline: '仕事のアプリを、ひとつの港に',
  email: 'メールアドレス',
  password: 'パスワード',
  newPassword: '新しいパスワード',
  passwordHelp: '12 文字以上。いくつかの言葉をつなげると、覚えやすく推測されにくくなります。',
  name: '名前',
  nameHelp: '社内で通じる名前を入力してください。',
  otherLanguage: 'English',
  backToSignIn: 'サインインに戻る',
  linkMissing: 'リンクが途中で切れています',
  linkMissingDetail: 'メールからもう一度開くか、アドレス全体をブラウザーに貼り付けてください。',
  setup: {
    title: 'Minato の初期設定',
    intro: '最初の管理者を登録します。このリンクは一度だけ使えます。',
    act: '管理者を登録',
    checking: 'リンクを確認しています',
    invalid: 'この設定用リンクは使えません',
    invalidDetail:
      '使用済みか、新しいリンクが発行されています。Minato を起動したターミナルで最新のリンクを確かめてください。',
    noToken: 'ターミナルに表示された設定用リンクを開いてください',
    noTokenDetail:
      'Minato を起動したターミナルに表示されています。#token= と長い文字列で終わるアドレスです。',
  },
  signIn: {
    title: 'サインイン',
    act: 'サインイン',
    forgot: 'パスワードを忘れたとき',
    setupNeeded: '管理者がまだ登録されていません。',
    setupHint: 'ターミナルに表示された設定用リンクを開いてください。',
    signedOut: 'サインアウトしました。',
    expired: 'しばらく操作がなかったため、サインアウトしました。サインインすると続けられます。',
  },
  twoFactor: {
    title: '二要素認証',
    intro: '認証アプリに表示された 6 桁のコードを入力してください。',
    code: '認証コード',
    act: '続ける',
    useRecovery: 'リカバリーコードを使う',
    useCode: '認証アプリを使う',
    recoveryIntro:
      '保存してあるリカバリーコードを入力してください。1 つのコードは一度だけ使えます。',
    recoveryCode: 'リカバリーコード',
  },
  forgot: {
    title: 'パスワードの再設定',
    intro: '新しいパスワードを決めるためのリンクをメールで送ります。',
    act: 'リンクを送る',
    sentTitle: 'メールを確認してください',
    sent: '{email} の登録があれば、リンクを送りました。早めに開いてください。',
  },
  reset: {
    title: '新しいパスワードの設定',
    act: '新しいパスワードを保存',
    doneTitle: '新しいパスワードを保存しました',
    done: 'ほかの端末はサインアウトしました。',
    signIn: 'サインイン',
  },
  signUp: {
    title: 'Minato に参加',
    intro: '{email} への招待です。',
    act: 'アカウントを作成',
    checking: '招待を確認しています',
  },
  verify: {
    title: 'メールアドレスの確認',
    checking: 'メールアドレスを確認しています',
    doneTitle: 'メールアドレスを確認しました',
    done: 'この画面は閉じてもかまいません。',
    go: '続ける',
  },
}

export default ja
