import {
  back,
  drop,
  fairOwner,
  ichidan,
  looseOrder,
  order,
  suru,
  talkedAbout,
  te,
  tell,
  whole,
} from './grammar-japanese.ts'
import { japanese, japaneseContext, within } from './pattern.ts'
import type { Rule } from './rule.ts'

const owner = japaneseContext(fairOwner)
const talk = japaneseContext(talkedAbout)
const fair = { unlessBefore: owner, unlessAfter: talk }

/** Away with the orders so far, and in with others. */
export const JAPANESE_OVERRIDE: readonly Rule[] = [
  {
    id: 'ja.override',
    family: 'override',
    weight: 0.85,
    pattern: japanese(`${back}${within(12)}${order}${within(16)}${drop}`),
    ...fair,
  },
  {
    id: 'ja.override-whole',
    family: 'override',
    weight: 0.7,
    pattern: japanese(
      `(?:${whole}の?${within(8)}${order}|${order}(?:は|を|なんて)?${whole})${within(10)}${drop}`,
    ),
    ...fair,
  },
  {
    id: 'ja.override-loose',
    family: 'override',
    weight: 0.6,
    pattern: japanese(`
      ${back}${within(12)}${looseOrder}の?(?:は|を|も|など|については|に関して|なんか|なんて|に|、|全て|すべて|全部|ぜんぶ)
      ${within(14)}${drop}`),
    ...fair,
  },
  {
    id: 'ja.override-bare',
    family: 'override',
    weight: 0.5,
    pattern: japanese(`
      (?:^|[。、!?\\n「『:】\\])]|では|さあ|まず|今すぐ|ただちに|直ちに|とりあえず|いったん|一旦|きみは|君は|あなたは|お前は)
      (?:その|この|そんな|こんな|そういう|もう)?(?:${order}|ルール|ガイドライン|ポリシー|規約|規則|制約|制限)
      (?:や(?:ポリシー|規則|ルール|制約|倫理|法律|制限))?(?:は|を|なんか|なんて|など|に|なんぞ|とか)?${within(8)}${drop}`),
    ...fair,
  },
  {
    id: 'ja.forget-all',
    family: 'override',
    weight: 0.5,
    pattern: japanese(`
      (?:(?:今|いま|これ|それ|ここ)まで|以前|過去|全て|すべて|全部)(?:の|に)?${within(10)}(?:こと|事|話|はなし|すべて|全て|全部|ぜんぶ|会話
        |設定|やり取り|やりとり|内容|文脈|メッセージ|記憶|情報|文章)
        (?:は|を|も)?${within(8)}${drop}
      |(?:^|[。、!\\n「])(?:いったん|一旦|とりあえず)?(?:全部|ぜんぶ|すべて|全て|何もかも)(?:を)?(?:(?:忘|わす)れ${ichidan}
        |リセット${suru})
      |(?:知っている|学んだ|覚えている|教わった)(?:こと|もの)(?:は|を)?(?:全て|すべて|全部)?(?:を)?(?:忘|わす)れ${ichidan}`),
    ...fair,
  },
  {
    id: 'ja.reversed-order',
    family: 'override',
    weight: 0.6,
    pattern: japanese(`
      (?:無視|むし|忘れ|わすれ|破棄|従う)(?:して|し(?:ろ|なさい)|て|ろ|な)(?:ください|くれ|ほしい|よ|ね)?[。、!]?
      (?:(?:これまで|今まで|いままで|以前|上記|上|前|さっき|最初|全て|すべて)の?)${within(6)}${order}(?:を|は|なんて)?(?:[。!、\\n]
        |$)`),
  },
  {
    id: 'ja.other-orders-first',
    family: 'override',
    weight: 0.5,
    pattern: japanese(`
      (?:新しい|あたらしい|新たな|真の|本当の|本物の|正式な|更新された|追加の?|次の|以下の|この|こちらの|私の|わたしの|俺の|おれの|僕の)${within(4)}
      (?:指示|しじ|命令|めいれい|ルール|プロンプト|指令|こと)(?:に|を|が|は|だけ|のみ|こそ)${within(6)}
      (?:最優先|さいゆうせん|優先し(?:て|ろ|なさい|、)|(?:だけ|のみ)(?:に|を)?(?:従|したが|実行|守)|上書き|置き換え|絶対(?:に|だ|である))
      |(?:最優先|絶対)(?:の|で|に)?(?:指示|命令|実行|従)
      |(?:指示|命令)(?:より|よりも)(?:も)?(?:私|わたし|俺|僕|この|以下|こちら)の?(?:指示|命令|言葉)(?:を|が)`),
    ...fair,
  },
  {
    id: 'ja.orders-changed',
    family: 'override',
    weight: 0.5,
    pattern: japanese(`
      ${order}の?(?:変更|更新|書き換え|差し替え|上書き)(?:[:。]|です|だ[。!]|し(?:ました|た[。、]|て(?:ください|下さい|くれ))|せよ
        |が(?:ありました|あった))
      |(?:新しい|新たな|追加の?|真の|本当の|更新された)(?:システム)?(?:指示|命令|ルール|プロンプト|しじ|めいれい|指令|タスク)
        (?:[:】\\]]|は(?:以下|次|こう|これ)|です[。:]|が(?:適用|有効|発効))
      |(?:(?:これまで|以前|今まで|上記|上|前|古い|元)の${within(6)}(?:ルール|制約|制限|ガイドライン|ポリシー|設定)|ルール|制約|ガイドライン|指示|命令
        |命令文|システムプロンプト|しじ|めいれい)(?:は|が)
        (?:すべて|全て|全部|もう|もはや|既に|すでに|たった今|本日|今後|今|ただいま|一切|いっさい)?
        (?:無効|むこう|失効|廃止|撤廃|古い|更新され|変更され|取り消され|解除され|キャンセルされ|適用され(?:ない|ません)|テストで|ダミー|嘘|偽物|テスト用)
        (?:です|だ[。!、]|に(?:なり|なった)|と(?:なり|なった|する)|であ|た[。、!]|ました|い[。、]|した)`),
    ...fair,
  },
  {
    id: 'ja.not-that-but',
    family: 'override',
    weight: 0.55,
    pattern: japanese(`
      (?:翻訳|要約|やく|訳|和訳|英訳|校正|採点|回答|分類|ほんやく)(?:タスク)?(?:は|を|など)?
      (?:する(?:のを|のは)?(?:やめ|代わりに|かわりに|のではなく|必要は(?:ない|ありません|なく))
        |の(?:代わり|かわり)に|(?:は)?(?:せず|しないで|するな|しなくて(?:いい|良い|よい)|不要|やめ|中止|中断))
      (?:に|て|、|です|だ|。|ください|から|ので|代わりに|し)*${within(40)}(?:${tell}|(?:実行|削除)${suru}|従っ${te}|従え|叫べ
        |歌っ${te})`),
    ...fair,
  },
  {
    id: 'ja.romaji',
    family: 'override',
    weight: 0.6,
    pattern: japanese(String.raw`
      \b(?:kore_?made|ima_?made|izen|mae|jouki|ue|subete|zenbu)_?no_?(?:subete_?no_?)?(?:shiji
        |meirei|purompu?to|ruu?ru)
        [^.\n]{0,20}?(?:mushi|wasure|haki)
      |\bshisutemu_?(?:no_?)?(?:puronputo|purompu?to)[^.\n]{0,20}?(?:hyouji|hyoji|oshie|mise
        |shutsuryoku)`),
  },
]
