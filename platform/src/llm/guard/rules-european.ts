import { latin, latinContext } from './pattern.ts'
import type { Rule } from './rule.ts'

/** German first (the deepset set is half German), then the plain override in other languages. */
export const EUROPEAN: readonly Rule[] = [
  {
    id: 'de.override',
    family: 'override',
    weight: 0.85,
    pattern: latin(String.raw`
      \b(?:ignorier\w{0,3}|vergiss|vergesst|vergessen_sie|missacht\w{1,4}|verwirf|verwerfen_sie
      |streich\w{0,3}|losch\w{0,3}|ubergeh\w{0,3}|lass(?:en|t)?)\b[^.!?\n]{0,20}?\b(?:alle[sn]?
      |samtliche\w?|jegliche\w?|die|deine\w?|ihre\w?|vorherig\w{1,2}|bisherig\w{1,2}|obig\w{1,2}
      |vorangehend\w{1,2}|vorangegangen\w{1,2}
      |fruher\w{1,2})\b[^.!?\n]{0,30}?\b(?:anweisung\w{0,2}|instruktion\w{0,2}|befehl\w{0,2}
      |angaben|informationen|aufgaben?|auftrag\w?|anleitung\w{0,2}|regeln?|vorgaben|prompts?
      |ausfuhrungen|kontext|anforderungen|gesagte|davor|zuvor|vorher|bisher)\b`),
    unlessBefore: latinContext(
      String.raw`\b(?:darf|kann|soll|muss|warum|wie|wann|ob|man)_(?:\w+_){0,3}$`,
    ),
  },
  {
    id: 'de.override-reversed',
    family: 'override',
    weight: 0.75,
    pattern: latin(String.raw`
      \b(?:obigen?|vorherigen?|bisherigen?|vorangegangenen?|vorangehenden?
      |fruheren?)_(?:\w+_){0,1}?(?:anweisungen|instruktionen|befehle|angaben|informationen
      |aufgaben|auftrage|ausfuhrungen|prompts?|regeln)\b[^.!?\n]{0,40}?\b(?:ignorieren|vergessen
      |streichen|missachten|hinter_sich|irrelevant|nicht\b)`),
  },
  {
    id: 'de.forget-everything',
    family: 'override',
    weight: 0.65,
    pattern: latin(String.raw`
      \b(?:vergiss|vergesst|vergessen_sie|ignorier\w{0,3})_(?:nun_|jetzt_|bitte_)?alle[sn]?\b`),
  },
  {
    id: 'de.new-task',
    family: 'override',
    weight: 0.5,
    pattern: latin(String.raw`
      \b(?:nun|jetzt)_(?:folgen|kommen|folgt)_(?:aber_)?(?:noch_)?(?:die_|eine_|ein_paar_)?(?:neue
      |weitere|andere)\w?_(?:aufgabe|anweisung|instruktion)\w{0,2}
      |\bneue[nr]?_aufgabe\b[^.!?\n]{0,4}[,:]|\babweichend_zu_vorherigen
      |\bkonzentrier\w{0,4}_(?:sie_)?(?:dich|sich)_(?:jetzt|nun)?[^.!?\n]{0,12}neue`),
  },
  {
    id: 'de.reveal',
    family: 'reveal',
    weight: 0.7,
    pattern: latin(String.raw`
      \b(?:zeig\w{0,3}|nenn\w{0,3}|gib|geben_sie|verrat\w{0,3}|druck\w{0,3}|wiederhol\w{0,3}
      |schreib\w{0,3}|vorzeigen|ausgeben|was_(?:ist|sind
      |steht))\b[^.!?\n]{0,40}?\b(?:prompt-?texte?s?|system-?prompts?
      |deine\w?n?_(?:\w+_)?(?:prompt|anweisungen|instruktionen|regeln)
      |ihre_(?:\w+_)?(?:anweisungen|instruktionen)|passwort|prompts)\b`),
    unlessBefore: latinContext(String.raw`\b(?:wie|warum|wo)_(?:\w+_){0,3}$`),
  },
  {
    id: 'de.role',
    family: 'role',
    weight: 0.4,
    pattern: latin(String.raw`
      \b(?:du_bist_(?:jetzt|nun|ab)|(?:jetzt|nun|ab_jetzt|ab_sofort)_bist_du
      |ich_mochte,?_dass_(?:sie|du)_(?:\w+_){0,6}?(?:als|wie)\b|stell_dir_vor,?_du_bist
      |tu_so,?_als|verhalte_dich_wie|spiel\w?_die_rolle)`),
  },
  {
    id: 'de.ask-password',
    family: 'secret',
    weight: 0.5,
    pattern: latin(String.raw`\b(?:dein|ihr)_passwort\b`),
    unlessBefore: latinContext(String.raw`\b(?:wie|warum|wo|wann|kann|sollte)_(?:\w+_){0,5}$`),
  },
  {
    id: 'romance.override',
    family: 'override',
    weight: 0.8,
    pattern: latin(String.raw`
      \b(?:olvid\w{1,4}|ignor\w{1,4}|descart\w{1,3}|oubli\w{1,3}|esquec\w{1,3}|desconsider\w{1,4}
      |dimentic\w{1,4}|scorda\w{0,3})_(?:(?:de|que|di|todo|toda)[_,])?(?:tod[oa]s?|tout(?:es)?
      |tous|tutt[eio]|les|las|los|le|tus|tes|suas|as|os)\b[^.!?\n]{0,30}?\b(?:instruc\w{3,7}
      |instruzion\w|indica\w{3,6}|ordenes|ordres|consignes|regl\w{1,3}|anterior\w{0,3}
      |precedent\w{0,3}|antes|sabes|digo|dije|contexto|prompt)\b`),
    unlessBefore: latinContext(String.raw`
      \b(?:como|comment|por_que|pourquoi|puedo|puis-je|posso)_(?:\S+_){0,3}$`),
  },
  {
    id: 'romance.forget-everything',
    family: 'override',
    weight: 0.5,
    pattern: latin(String.raw`
      \b(?:olvid[ae]\w{0,2}_todo|oublie[zr]?_tout|esqueca_tudo|dimentica_tutto
      |tienes_que_olvidar)\b`),
  },
  {
    id: 'romance.ask-password',
    family: 'secret',
    weight: 0.5,
    pattern: latin(String.raw`
      \b(?:tu_contrasena|su_contrasena|sua_senha|votre_mot_de_passe|ton_mot_de_passe
      |la_tua_password)\b`),
    unlessBefore: latinContext(String.raw`
      \b(?:como|comment|por_que|pourquoi|onde|donde|ou|cambiar|changer|restablecer)_(?:\S+_){0,5}$`),
  },
  {
    id: 'slavic.override',
    family: 'override',
    weight: 0.8,
    pattern: latin(String.raw`
      \bzaboravi(?:te)?_sve\b|\bzapomnij_o?_?(?:wszystki\w{1,3})|\b(?:забудьте?|игнорируйте?
      |проигнорируйте?)(?![а-я])[^.!?\n]{0,20}?(?:все|всё
      |предыдущ\S{1,4})(?![а-я])[^.!?\n]{0,24}?(?:инструкци|указани|команд|правил)`),
  },
  {
    id: 'zh.override',
    family: 'override',
    weight: 0.8,
    pattern: latin(String.raw`
      (?:忽略|无视|無視|忘记|忘掉|忘記)(?:掉|了)?(?:你|您|所有|全部|一切|之前|以上|上述|上面|前面|先前|此前|的|與|和)[^。!?\n]{0,8}(?:指令
      |指示|提示词?|命令|规则|規則|设定|内容|要求)`),
    unlessAfter: latinContext(`^[^。]{0,12}(?:是什么意思|攻击|怎么|吗)`),
  },
  {
    id: 'ko.override',
    family: 'override',
    weight: 0.8,
    pattern: latin(String.raw`
      (?:이전|지금까지|위|앞|모든)[^.!?\n]{0,12}(?:지시|명령|프롬프트|규칙|지침)[^.!?\n]{0,10}(?:무시|잊|버리)`),
    unlessAfter: latinContext(`^[^.]{0,10}(?:무슨_뜻|의미|공격|하면)`),
  },
  {
    id: 'ko.ask-password',
    family: 'secret',
    weight: 0.5,
    pattern: latin(`(?:너의|당신의|네)_비밀번호`),
  },
]

/** Cheap first look: none of these, no rule. */
export const EUROPEAN_ANCHOR = latinContext(`
      ignorier|vergiss|vergess|missacht|verwirf|streich|losch|lass|obig|vorher|bisher|vorang
      |aufgabe|anweisung|prompt|passwort|du_bist|bist_du|ich_mochte|stell_dir|tu_so|verhalte|rolle
      |olvid|ignor|oubli|esque|descon|dimentic|scorda|contrasena|senha|mot_de_passe|zaboravi
      |zapomnij|забуд|игнор|忽略|无视|無視|忘|무시|잊|버리|비밀번호`)
