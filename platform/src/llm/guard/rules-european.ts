import type { Rule } from './rule.ts'

/** German first (the deepset set is half German), then the plain override in other languages. */
export const EUROPEAN: readonly Rule[] = [
  {
    id: 'de.override',
    family: 'override',
    weight: 0.85,
    pattern:
      /\b(?:ignorier\w{0,3}|vergiss|vergesst|vergessen sie|missacht\w{1,4}|verwirf|verwerfen sie|streich\w{0,3}|losch\w{0,3}|ubergeh\w{0,3}|lass(?:en|t)?)\b[^.!?\n]{0,20}?\b(?:alle[sn]?|samtliche\w?|jegliche\w?|die|deine\w?|ihre\w?|vorherig\w{1,2}|bisherig\w{1,2}|obig\w{1,2}|vorangehend\w{1,2}|vorangegangen\w{1,2}|fruher\w{1,2})\b[^.!?\n]{0,30}?\b(?:anweisung\w{0,2}|instruktion\w{0,2}|befehl\w{0,2}|angaben|informationen|aufgaben?|auftrag\w?|anleitung\w{0,2}|regeln?|vorgaben|prompts?|ausfuhrungen|kontext|anforderungen|gesagte|davor|zuvor|vorher|bisher)\b/gu,
    unlessBefore: /\b(?:darf|kann|soll|muss|warum|wie|wann|ob|man) (?:\w+ ){0,3}$/u,
  },
  {
    id: 'de.override-reversed',
    family: 'override',
    weight: 0.75,
    pattern:
      /\b(?:obigen?|vorherigen?|bisherigen?|vorangegangenen?|vorangehenden?|fruheren?) (?:\w+ ){0,1}?(?:anweisungen|instruktionen|befehle|angaben|informationen|aufgaben|auftrage|ausfuhrungen|prompts?|regeln)\b[^.!?\n]{0,40}?\b(?:ignorieren|vergessen|streichen|missachten|hinter sich|irrelevant|nicht\b)/gu,
  },
  {
    id: 'de.forget-everything',
    family: 'override',
    weight: 0.65,
    pattern:
      /\b(?:vergiss|vergesst|vergessen sie|ignorier\w{0,3}) (?:nun |jetzt |bitte )?alle[sn]?\b/gu,
  },
  {
    id: 'de.new-task',
    family: 'override',
    weight: 0.5,
    pattern:
      /\b(?:nun|jetzt) (?:folgen|kommen|folgt) (?:aber )?(?:noch )?(?:die |eine |ein paar )?(?:neue|weitere|andere)\w? (?:aufgabe|anweisung|instruktion)\w{0,2}|\bneue[nr]? aufgabe\b[^.!?\n]{0,4}[,:]|\babweichend zu vorherigen|\bkonzentrier\w{0,4} (?:sie )?(?:dich|sich) (?:jetzt|nun)?[^.!?\n]{0,12}neue/gu,
  },
  {
    id: 'de.reveal',
    family: 'reveal',
    weight: 0.7,
    pattern:
      /\b(?:zeig\w{0,3}|nenn\w{0,3}|gib|geben sie|verrat\w{0,3}|druck\w{0,3}|wiederhol\w{0,3}|schreib\w{0,3}|vorzeigen|ausgeben|was (?:ist|sind|steht))\b[^.!?\n]{0,40}?\b(?:prompt-?texte?s?|system-?prompts?|deine\w?n? (?:\w+ )?(?:prompt|anweisungen|instruktionen|regeln)|ihre (?:\w+ )?(?:anweisungen|instruktionen)|passwort|prompts)\b/gu,
    unlessBefore: /\b(?:wie|warum|wo) (?:\w+ ){0,3}$/u,
  },
  {
    id: 'de.role',
    family: 'role',
    weight: 0.4,
    pattern:
      /\b(?:du bist (?:jetzt|nun|ab)|(?:jetzt|nun|ab jetzt|ab sofort) bist du|ich mochte,? dass (?:sie|du) (?:\w+ ){0,6}?(?:als|wie)\b|stell dir vor,? du bist|tu so,? als|verhalte dich wie|spiel\w? die rolle)/gu,
  },
  {
    id: 'de.ask-password',
    family: 'secret',
    weight: 0.5,
    pattern: /\b(?:dein|ihr) passwort\b/gu,
    unlessBefore: /\b(?:wie|warum|wo|wann|kann|sollte) (?:\w+ ){0,5}$/u,
  },
  {
    id: 'romance.override',
    family: 'override',
    weight: 0.8,
    pattern:
      /\b(?:olvid\w{1,4}|ignor\w{1,4}|descart\w{1,3}|oubli\w{1,3}|esquec\w{1,3}|desconsider\w{1,4}|dimentic\w{1,4}|scorda\w{0,3}) (?:(?:de|que|di|todo|toda)[ ,])?(?:tod[oa]s?|tout(?:es)?|tous|tutt[eio]|les|las|los|le|tus|tes|suas|as|os)\b[^.!?\n]{0,30}?\b(?:instruc\w{3,7}|instruzion\w|indica\w{3,6}|ordenes|ordres|consignes|regl\w{1,3}|anterior\w{0,3}|precedent\w{0,3}|antes|sabes|digo|dije|contexto|prompt)\b/gu,
    unlessBefore: /\b(?:como|comment|por que|pourquoi|puedo|puis-je|posso) (?:\S+ ){0,3}$/u,
  },
  {
    id: 'romance.forget-everything',
    family: 'override',
    weight: 0.5,
    pattern:
      /\b(?:olvid[ae]\w{0,2} todo|oublie[zr]? tout|esqueca tudo|dimentica tutto|tienes que olvidar)\b/gu,
  },
  {
    id: 'romance.ask-password',
    family: 'secret',
    weight: 0.5,
    pattern:
      /\b(?:tu contrasena|su contrasena|sua senha|votre mot de passe|ton mot de passe|la tua password)\b/gu,
    unlessBefore:
      /\b(?:como|comment|por que|pourquoi|onde|donde|ou|cambiar|changer|restablecer) (?:\S+ ){0,5}$/u,
  },
  {
    id: 'slavic.override',
    family: 'override',
    weight: 0.8,
    pattern:
      /\bzaboravi(?:te)? sve\b|\bzapomnij o? ?(?:wszystki\w{1,3})|\b(?:забудьте?|игнорируйте?|проигнорируйте?)(?![а-я])[^.!?\n]{0,20}?(?:все|всё|предыдущ\S{1,4})(?![а-я])[^.!?\n]{0,24}?(?:инструкци|указани|команд|правил)/gu,
  },
  {
    id: 'zh.override',
    family: 'override',
    weight: 0.8,
    pattern:
      /(?:忽略|无视|無視|忘记|忘掉|忘記)(?:掉|了)?(?:你|您|所有|全部|一切|之前|以上|上述|上面|前面|先前|此前|的|與|和)[^。!?\n]{0,8}(?:指令|指示|提示词?|命令|规则|規則|设定|内容|要求)/gu,
    unlessAfter: /^[^。]{0,12}(?:是什么意思|攻击|怎么|吗)/u,
  },
  {
    id: 'ko.override',
    family: 'override',
    weight: 0.8,
    pattern:
      /(?:이전|지금까지|위|앞|모든)[^.!?\n]{0,12}(?:지시|명령|프롬프트|규칙|지침)[^.!?\n]{0,10}(?:무시|잊|버리)/gu,
    unlessAfter: /^[^.]{0,10}(?:무슨 뜻|의미|공격|하면)/u,
  },
  {
    id: 'ko.ask-password',
    family: 'secret',
    weight: 0.5,
    pattern: /(?:너의|당신의|네) 비밀번호/gu,
  },
]

export const EUROPEAN_ANCHOR =
  /ignorier|vergiss|vergess|missacht|verwirf|streich|losch|lass|obig|vorher|bisher|vorang|aufgabe|anweisung|prompt|passwort|du bist|bist du|ich mochte|stell dir|tu so|verhalte|rolle|olvid|ignor|oubli|esque|descon|dimentic|scorda|contrasena|senha|mot de passe|zaboravi|zapomnij|забуд|игнор|忽略|无视|無視|忘|무시|잊|버리|비밀번호/
