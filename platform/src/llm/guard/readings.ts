/**
 * Readings of the words the rules know, for texts written without kanji. Longest first where one begins
 * another. Only texts with next to no kanji are read this way, so that むし in a sentence with kanji stays a
 * beetle.
 */
const READINGS = `
  しょきせってい初期設定 せいげんかいじょ制限解除 いちじいっく一字一句 かいはつしゃ開発者 かんりしゃ管理者 りようしゃ利用者
  ひみつのことば秘密の言葉 あいことば合言葉 あんしょうばんごう暗証番号 こじんじょうほう個人情報 きみつじょうほう機密情報
  ないぶじょうほう内部情報 かんきょうへんすう環境変数 にんしょうじょうほう認証情報 ひみつかぎ秘密鍵 さいゆうせん最優先
  じょうき上記 いままで今まで いぜん以前 さいしょ最初 ぼうとう冒頭 ちょくぜん直前 かこの過去の もとの元の
  まえの前の うえの上の あたらしい新しい あたえられ与えられ しじ指示 めいれい命令 しれい指令 せいやく制約 せいげん制限 きそく規則
  きやく規約 せってい設定 じょうけん条件 ぜんてい前提 やくわり役割 ないよう内容 ぶんしょう文章 ぶんしょ文書 しりょう資料
  じょうほう情報 きおく記憶 かいわ会話 りれき履歴 すべて全て ぜんぶ全部 むし無視 わすれ忘れ はき破棄 さくじょ削除
  しょうきょ消去 とりけ取り消 むこう無効 ゆうこう有効 かいじょ解除 ほうき放棄 したがわ従わ したがっ従っ したがえ従え したがう従う まもら守ら
  ひょうじ表示 しゅつりょく出力 かいじ開示 こうかい公開 おしえ教え みせ見せ かきだ書き出 くりかえ繰り返 ふくしょう復唱 よみあげ読み上げ
  こたえ答え かいとう回答 へんじ返事 ほんやく翻訳 ようやく要約 ないぶ内部 かくされ隠され かくし隠し ひみつ秘密 そうしん送信 てんそう転送
  おくって送って おくれ送れ がいぶ外部 じっこう実行 かくにん確認 しょうにん承認 きょか許可 しらせず知らせず しらせない知らせない
  いわないで言わないで りんりてき倫理的 りんり倫理 どうとく道徳 けんえつ検閲 あんぜん安全 じゆう自由 だつごく脱獄 きりかえ切り替え
  ふるまって振る舞って ふるまえ振る舞え えんじ演じ よんだ読んだ よむ読む いうこと言うこと だけをきけだけを聞け きかれて聞かれて
  なにを何を なんでも何でも をはけを吐け さらせ晒せ いまから今から おまえお前 わたし私 じぶん自分 ほんとう本当 こんご今後 いこう以降 さいご最後 かならず必ず
  まるごと丸ごと ぜんぶん全文 じんこうちのう人工知能 ほうほう方法 ばあい場合 いみ意味 つくりかた作り方`

const BY_READING = new Map<string, string>()
for (const [, reading = '', kanji = ''] of READINGS.matchAll(
  /([ぁ-ゖー]+)([^\s]*[一-鿿々][^\s]*)/g,
)) {
  BY_READING.set(reading, kanji)
}
const READING = new RegExp(
  [...BY_READING.keys()].sort((a, b) => b.length - a.length).join('|'),
  'g',
)

const MAX_KANJI_SHARE = 0.08

/** The text with the rules' kanji for their readings, when it is all but without kanji. */
export function kanjiView(japanese: string): string | undefined {
  const kanji = japanese.match(/[一-鿿]/g)?.length ?? 0
  const kana = japanese.match(/[ぁ-ゖ]/g)?.length ?? 0
  if (kana < 6 || kanji > (kana + kanji) * MAX_KANJI_SHARE) return undefined
  const view = japanese.replace(READING, (reading) => BY_READING.get(reading) ?? reading)
  return view === japanese ? undefined : view
}
