import type { Rule } from './rule.ts'

const drop =
  '(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|neglect|overrid(?:e|ing)|abandon|drop|discard|dismiss|' +
  "erase|delete|cancel|void|nullify|(?:do not|don'?t|stop|never) (?:follow(?:ing)?|obey(?:ing)?|listen(?:ing)? to|adhere to)|" +
  'pay no attention to|set aside|leave behind|break free (?:of|from))'
const reach =
  '(?:all|any|every|the|your|my|our|these|those|of|previous(?:ly)?|prior|preceding|above|earlier|former|past|initial|' +
  'original|existing|current|given|other|system|developer|safety|provided|old|last|foregoing|aforementioned)'
const orders =
  '(?:instruct(?:ion)?s?|prompts?|directions?|directives?|commands?|orders?|rules?|guidelines?|polic(?:y|ies)|' +
  'constraints?|restrictions?|programming|assignments?|tasks?|messages?|context|requests?|training|guardrails?|' +
  'information|conversation|content|text|inputs?|statements?|documents?|articles?)'
const gap = '[\\s\\p{P}]{1,4}'

/** "Can I ignore …?", "why people forget …", "it is unsafe to disregard …": talk about it, no order. */
const asking =
  /(?:\b(?:can|could|should|may|must|do|does|did|would|will|if|when|why|how|what happens|is it|are|was|were|people|he|she|they|we|who|that|to not|not to|never|cannot|can't|risky|important|safe) (?:i|you|we|one|someone|people|users?|they|it|not|to|be|ever|always|often|sometimes|just|the|a|my|his|her|their) ?(?:\w+ ){0,3}|\b(?:he|she|they|people|who|we|i|to|by|without|while|for|of|about|against|from|word|phrase|term|called|named|as|like|such as) ?["'“‘(]?)$/u

const aboutIt =
  /^["'”’)]{0,2},? ?(?:\w+ ){0,3}(?:mean|means|attack|attacks|phrase|phrases|sentence|work|works|dangerous|considered|called|known as|an example|examples)\b/u

export const ENGLISH: readonly Rule[] = [
  {
    id: 'en.override',
    family: 'override',
    weight: 0.9,
    pattern: new RegExp(
      `\\b${drop} (?:about |to )?(?:${reach}${gap}(?:of${gap})?){0,5}(?:all|any|previous|prior|preceding|above|earlier|past|your|initial|original|system|developer|safety|provided|given|last|foregoing)${gap}(?:of${gap})?(?:(?:the|your|my|these|those|previous|prior|provided)${gap})?(?:\\w{2,14}${gap}){0,2}${orders}\\b`,
      'gu',
    ),
    unlessBefore: asking,
    unlessAfter: aboutIt,
  },
  {
    id: 'en.override-bare',
    family: 'override',
    weight: 0.55,
    pattern:
      /(?:^|[.!?:;,"'\n–—-] ?|\band |\bplease |\bnow |\bthen |\bjust )(?:ignore|disregard|forget) (?:the )?(?:instructions?|prompts?|directions|directives|context)\b/gu,
    unlessAfter: aboutIt,
  },
  {
    id: 'en.override-everything',
    family: 'override',
    weight: 0.8,
    pattern: new RegExp(
      `\\b${drop} (?:about )?(?:everything|anything|all|whatever|what)(?: of)?(?: (?:that|which|the|was|has been|have been|is))?,? (?:above|before|previous(?:ly)?|prior|earlier|until now|up to now|so far|you (?:know|knew|were|have|are|learned|'ve)|i (?:said|told|wrote|have)|we (?:said|discussed|talked)|said|written|stated|and (?:say|write|print|tell|output|just|only|j))\\b`,
      'gu',
    ),
    unlessBefore: asking,
  },
  {
    id: 'en.override-above',
    family: 'override',
    weight: 0.7,
    pattern:
      /\b(?:ignore|disregard|forget)(?: (?:all|everything|about))?(?: (?:of )?the)? (?:above|previous|preceding|foregoing)(?=$|[\s\p{P}]{0,3}(?:and|instead|but|then|now|$|[.,:;!]))/gu,
    unlessBefore: asking,
    unlessAfter: aboutIt,
  },
  {
    id: 'en.forget-everything',
    family: 'override',
    weight: 0.6,
    pattern:
      /(?:^|[.!?:;,"'\n–—-] ?|\b(?:and|please|now|then|but|just),? )(?:forget|ignore|disregard) (?:about )?everything\b(?! (?:is|will|was|for a|but)\b)/gu,
  },
  {
    id: 'en.new-orders',
    family: 'override',
    weight: 0.6,
    pattern:
      /\b(?:(?:here (?:are|is|come)|now(?: come| follow)?|these are|following|with|follow) (?:your |the |my |some )?(?:new|actual|real|updated|different) (?:instructions?|tasks?|orders|directives?|rules|prompt)|(?:your|the) (?:new|real|actual|updated) (?:instructions?|task|orders?|directives?|role|goal|objective|purpose|rules|system prompt) (?:is|are|will be|:|now)|new (?:instructions?|tasks?|directives?|rules)(?: (?:now )?follow|:)|(?:additional|updated|real|revised) instructions?(?: start| begin|:| -)|(?:change|replace|update|overwrite) your (?:instructions|prompt|rules|programming)|your instructions are now|end of (?:the )?(?:system )?(?:prompt|instructions)|(?:instructions?|rules|guidelines|directives) (?:above |before |you (?:were|have been) given )?(?:are|is|were|was|no longer) (?:now )?(?:void|cancel+ed|outdated|obsolete|apply|valid|fake|a (?:test|trick)|irrelevant|invalid))/gu,
    unlessBefore: /(?:if|when|do|does|whether|why) (?:\w+ ){0,4}$/u,
  },
  {
    id: 'en.focus-new-task',
    family: 'override',
    weight: 0.5,
    pattern:
      /\b(?:focus|concentrate) (?:now )?on (?:your|the|this) new (?:task|assignment|role)|\bnew tasks? (?:now )?follows?\b|\b(?:start|begin) (?:over|anew|from the (?:front|beginning|start)) with a new task/gu,
  },
  {
    id: 'en.reveal-prompt',
    family: 'reveal',
    weight: 0.75,
    pattern:
      /\b(?:reveal|show|print|output|repeat|display|tell|give|write|list|copy|share|leak|return|expose|disclose|dump|recite|echo|say|send|provide|paste|spell|encode|translate|summari[sz]e|append|include|what (?:is|are|was|were|does)|what's)\b[^.!?\n]{0,40}?\b(?:your (?:\w+ ){0,2}?(?:prompts?|instructions|directives|guidelines|rules|configuration|initial message|system message)|(?:the|its|this|all|full|entire|complete|whole|exact|my) (?:\w+ ){0,2}?(?:system|initial|original|hidden|secret|internal|confidential|developer|full|entire|complete|pre)[ -]?(?:\w+ )?(?:prompts?|instructions|directives|message|guidelines|rules|prompt text)|system prompt|prompt texts?)\b/gu,
    unlessBefore:
      /(?:how (?:do|does|can|should|would|to)|why|difference between|best practices? (?:for|to)|example of|ways? to|tips?) (?:\w+ ){0,6}$/u,
    unlessAfter:
      /^ ?(?:for (?:a|an|my|building|creating|writing)|mean\b|in (?:linux|windows|bash|python|general|chatgpt|llm)|work\b|used for|and how|template|engineering|example|tips|design|best practice|should|to (?:make|write|create))/u,
  },
  {
    id: 'en.repeat-above',
    family: 'reveal',
    weight: 0.65,
    pattern:
      /\b(?:repeat|print|output|copy|echo|recite|reproduce|write (?:down|out)?|return|display|show|translate|what (?:is|was|were|are))\b[^.!?\n]{0,24}?\b(?:(?:everything|all|words?|text|sentences?|lines?|content|instructions?|stuff|written|messages?|paragraphs?) (?:that (?:is|was|are|were) )?(?:written )?(?:above|before (?:this|that|the)|preceding|prior to|at the (?:beginning|start|top) of (?:this|the|your)|starting with|in your (?:context|prompt))|the (?:above|preceding) (?:text|words|prompt|instructions|message)s? (?:verbatim|word for word|exactly|in full))/gu,
    unlessBefore: /(?:how (?:do|does|can|should|to)|why) (?:\w+ ){0,4}$/u,
  },
  {
    id: 'en.you-are-now',
    family: 'role',
    weight: 0.4,
    pattern:
      /\b(?:you are (?:now|no longer|going to (?:act|be|pretend|play))|you're (?:now|no longer|going to (?:act|be|pretend))|now,? (?:you are|you're|act as|you act)|from now on,? (?:you|act|answer|respond|reply|speak|always|your)|from this (?:moment|point) (?:on|forward),? (?:you|act)|you (?:will|must|shall|should) (?:now )?(?:act as|pretend|play the role|roleplay|behave)|your new (?:role|identity|persona|name)|i want you to (?:act|pretend|be|play|behave|simulate|roleplay)|you act as|assume the (?:role|identity|persona)|switch (?:to|into) \w+ mode)\b/gu,
    unlessBefore:
      /(?:congratulations|if|when|think|feel|believe|sure|whether|that|say|says|said|once|until|unless|like) (?:\w+ ){0,2}$/u,
  },
  {
    id: 'en.act-as',
    family: 'role',
    weight: 0.3,
    pattern:
      /(?:^|[.!?:;\n-] ?)(?:please )?(?:act|behave|respond|answer|reply) as (?:if you (?:were|are|had)|though|an?|the|my)\b/gu,
  },
  {
    id: 'en.unrestricted',
    family: 'unrestricted',
    weight: 0.6,
    pattern:
      /\b(?:(?:you|ai|bot|assistant|chatbot|chatgpt|model|gpt|character|persona|mode|answer|respond|reply|speak)\b[^.!?\n]{0,60}?\b(?:(?:without|no|free (?:of|from)|not bound by|unbound by|ignor(?:e|ing)|bypass(?:ing)?|exempt from|unconstrained by|has no|have no) (?:any |all |its |your |the |ethical |moral |content |safety |openai(?:'s)? |usual |special )*(?:restrictions?|limitations?|limits|filters?|filtering|rules|guidelines|censorship|ethics|morals?|constraints?|safeguards|guardrails|policies|boundaries|programming guidelines)|(?:completely |totally |absolutely )?(?:unfiltered|uncensored|unrestricted|amoral|immoral|unethical|jailbroken|evil) (?:and \w+ )?(?:ai|bot|assistant|chatbot|version|model|confidant|response|answer|mode|gpt))|(?:unfiltered|uncensored|unrestricted|evil|amoral|jailbroken) (?:ai|bot|chatbot|llm|gpt)\b)/gu,
    unlessBefore:
      /(?:what (?:is|are)|explain|define|difference between|risks? of|dangers? of|how (?:do|does|can)) (?:\w+ ){0,3}$/u,
  },
  {
    id: 'en.jailbreak-name',
    family: 'unrestricted',
    weight: 0.65,
    pattern:
      /\bdo anything now\b|\bdan mode\b|\b(?:as|be|become|you are|called|named|act like|like|enable|enter|activate|into|stay a) (?:a )?dan\b(?! (?:brown|carter|marino|quayle|rather))|\b(?:jailbreak|god|root|sudo|admin(?:istrator)?|developer|debug|maintenance|unrestricted|opposite|evil|dev|system|knowledge verification) mode (?:is )?(?:now )?(?:enabled?|activated?|on\b|engaged|unlocked|output)|\b(?:enable|activate|enter|engage|switch (?:to|into)|go into|entering|turn on) (?:your |the |an? )?['"]?(?:jailbreak|god|root|sudo|admin(?:istrator)?|developer|debug|unrestricted|opposite|evil|dev|dan|knowledge verification) mode|\bstay in character as (?:dan|aim)\b|\b(?:aim|stan|dude|kevin|betterdan|mongo tom|evil confidant)\b[^.!?\n]{0,30}\b(?:always intelligent|strive to avoid norms|no restrictions)/gu,
    unlessBefore:
      /(?:how (?:do|does|can|to|should)|what (?:is|does|happens)|why|explain|steps to|guide to|unable to|cannot|can't) (?:\w+ ){0,5}$/u,
  },
  {
    id: 'en.ask-secret',
    family: 'secret',
    weight: 0.55,
    pattern:
      /\b(?:(?:tell|give|show|send|reveal|share|print|output|provide|leak|disclose|say|write|encode|spell|what(?:'s| is| was| are))\b[^.!?\n]{0,30}?\b(?:your|the|me the|system(?:'s)?|admin(?:istrator)?(?:'s)?|user(?:'s|s')?|secret|stored|hidden) (?:\w+ ){0,2}?(?:password|passcode|passphrase|pass ?phrase|api[ -]?keys?|access code|secret (?:key|code|word|phrase)|secrets|credentials|private key|access token|environment variables|(?:credit card|social security) numbers?)|(?:share|give|tell|send)(?:ing)? (?:me )?your (?:password|credentials)|your password)\b/gu,
    unlessBefore:
      /(?:how (?:do|does|can|could|to|should|long|often|many)|where|why|forgot|reset|change|changing|manage|protect|secure|create|strong|never|don't|not|difference between|risks? of|should i|someone|anyone|avoid|safe(?:ly)?) (?:\w+ ){0,6}$/u,
    unlessAfter:
      /^ ?(?:manager|policy|polic|requirements?|strength|length|format|field|reset|hash|protection|security|for (?:my|the) (?:wifi|router)|should be|mean\b)/u,
  },
  {
    id: 'en.exfiltrate',
    family: 'exfiltrate',
    weight: 0.65,
    pattern:
      /\b(?:send|post|forward|upload|exfiltrate|e-?mail|transmit|submit|leak|append|embed|encode|put|include|pass)\b[^\n]{0,80}?\b(?:conversation|chat|history|secrets?|system prompt|confidential|private|personal|sensitive|contents?|credentials|passwords?|api[ -]?keys?|tokens?|cookies|employee|customer|user(?:'s)?|all (?:the )?(?:data|files|emails|messages|documents))\b[^\n]{0,60}?(?:https?:\/\/|www\.|\b[\w.+-]{1,40}@[\w-]{1,40}\.|webhook|attacker|(?:this|my|the following) (?:url|server|address|endpoint|e-?mail))/gu,
    unlessBefore:
      /(?:how (?:do|does|can|could|to|should)|is it|never|don't|do not|not|why|avoid|prevent) (?:\w+ ){0,6}$/u,
  },
  {
    id: 'en.image-exfiltrate',
    family: 'exfiltrate',
    weight: 0.6,
    pattern:
      /!\[[^\]\n]{0,80}\]\(https?:\/\/[^)\s]{1,200}[?&=/](?:[^)\s]{0,80})(?:\{|\[|<|%7b|data|prompt|secret|history|conversation|summary|\$)/gu,
  },
  {
    id: 'en.to-the-ai',
    family: 'document',
    weight: 0.6,
    pattern:
      /\b(?:(?:attention|note|notice|message|instructions?|important|warning|hey|dear)(?: to| for| all)?:? (?:the |any |all |every )?(?:ai|llm|language model|assistant|chatbot|gpt|chatgpt|copilot|agent)s?\b(?: (?:models?|assistants?|agents?|systems?|reading|processing|that))*[:,!.]|(?:if|when) you (?:are|'re) (?:an? )?(?:ai|llm|language model|chatbot|(?:ai )?assistant|large language model|automated)\b|(?:ai|llm|language model|assistant|agent|chatbot|model)s? (?:reading|processing|summari[sz]ing|that (?:reads?|process(?:es)?|summari[sz]es?)|who reads?) (?:this|the following)|when (?:you )?summari[sz](?:e|ing) this (?:document|page|text|email|article),? (?:you must|always|include|add|also|say|please|do not))/gu,
    unlessBefore: /(?:how (?:do|does|can|could|to|should)|what|why) (?:\w+ ){0,6}$/u,
  },
  {
    id: 'en.tool-abuse',
    family: 'tool',
    weight: 0.55,
    pattern:
      /\b(?:(?:use|call|invoke|run|execute|trigger) (?:the |your |any |all )?[\w.]{0,24} ?(?:tool|function|command|plugin|api|shell|query)s?\b[^.!?\n]{0,50}?\b(?:delete|drop|send|transfer|wipe|remove|rm|purchase|pay|exfiltrate|every|all)|(?:without|don't|do not|never|no need to) (?:asking|confirm(?:ing|ation)?|telling|notify(?:ing)?|inform(?:ing)?|tell|ask|alert(?:ing)?|mention(?:ing)?)(?: (?:for|it|this|the|to|any|them|about))* (?:user|confirmation|permission|human|instructions?)|delete all (?:the )?(?:files|data|records|users|emails|tables)|drop table \w|rm -rf \/)/gu,
    unlessBefore:
      /(?:how (?:do|does|can|could|to|should)|what (?:is|does|happens)|why|accidentally|can i|should i|way to|is it) (?:\w+ ){0,6}$/u,
  },
  {
    id: 'en.forced-output',
    family: 'forced',
    weight: 0.4,
    pattern:
      /\b(?:say|print|output|respond|reply|answer|write|repeat|return|state|tell|display)\b(?: \w+){0,3}? (?:only|exactly|just|nothing but|verbatim|the following|after me|followed by|this)\b[^.!?\n"'“]{0,24}["'“:]|\b(?:just|only|simply|instead) (?:say|print|output|respond with|reply with|answer|write|return|respond|reply|tell me)\b|\bprefix your (?:response|answer|reply)|\b(?:begin|start|end) (?:your|every|each) (?:response|answer|reply|message)s? (?:with|by)|\brepeat after me|\bsay yes\b|\bpwned\b|\binclude that you\b|\bdo not answer (?:this|the) question\b/gu,
    unlessBefore:
      /(?:how (?:do|does|can|could|to|should)|what (?:is|does)|why|can i|i|should i|he|she|they) (?:\w+ ){0,4}$/u,
  },
  {
    id: 'en.access-granted',
    family: 'forced',
    weight: 0.5,
    pattern: /\baccess granted\b/gu,
  },
  {
    id: 'en.fake-boundary',
    family: 'boundary',
    weight: 0.55,
    pattern:
      /(?:[-=#%*<[{|]{2,} ?(?:end|begin|start|stop)(?: of)? (?:\w+ ){0,3}?(?:prompt|instructions?|input|context|document|message|conversation|system|user)|\[(?:system|admin|developer)(?: (?:message|override|note|prompt|instruction|command|mode))?\]|<\/?(?:system|admin)(?: ?(?:mode|message|prompt|override|instruction))?>|\bsystem (?:override|command|alert)\b ?[:-]|(?:^|\n)\W{0,4}(?:system|developer|admin)(?: (?:message|prompt|note|instruction|override|update))?: ?(?:you|ignore|new|the|from|disregard|all|your|please|now|override|reveal|print|enable|forget)|real instructions (?:start|begin)|(?:trusted|untrusted?|secure)[ _](?:user )?input)/gu,
    unlessBefore: /(?:what (?:is|does|are)|explain|mean) (?:\w+ ){0,3}["'`]?$/u,
  },
  {
    id: 'en.authority',
    family: 'authority',
    weight: 0.3,
    pattern:
      /\b(?:i am|i'm|this is|as) (?:the |your |an? |authorized )?(?:\w+ )?(?:developer|creator|administrator|admin|owner|maintainer|boss|openai|anthropic|root|system administrator|god|programmer)s?\b(?: (?:of|at|from|here|who|and|,))/gu,
  },
  {
    id: 'en.decode-and-obey',
    family: 'encoded',
    weight: 0.6,
    pattern:
      /\b(?:decode|decrypt|decipher|unscramble|reverse|convert)\b[^.!?\n]{0,60}?\b(?:and|then) (?:then )?(?:follow|execute|obey|do|perform|carry out|answer|comply|act on|respond to)\b(?! the same)/gu,
    unlessBefore:
      /(?:how (?:do|does|can|could|to|should)|function|code|program|script|python) (?:\w+ ){0,6}$/u,
  },
  {
    id: 'en.instead-of-source',
    family: 'override',
    weight: 0.55,
    pattern:
      /\b(?:by|from) your own knowledge and not\b|\bdo(?:n'?t|n'nt| not) (?:answer|look|use)\b[^.!?\n]{0,40}\b(?:documents?|articles?|context)\b|\bdespite what you'?(?:ve| have| were)? been told\b/gu,
  },
]

/** Patterns for runs of letters whose spaces are gone: `i g n o r e p r e v i o u s …`, `ignore​previous…`. */
export const ENGLISH_SQUEEZED: readonly Rule[] = [
  {
    id: 'en.squeezed-override',
    family: 'override',
    weight: 0.85,
    pattern:
      /(?:ignore|disregard|forget|override|bypass)(?:about|all|any|every|the|your|my|of|previous|prior|above|earlier|system|given|preceding|these|those|safety){1,6}(?:instructions?|prompts?|rules|directi(?:on|ve)s|guidelines|commands|orders|text|context)|(?:ignore|forget|disregard)(?:everything|all)(?:above|before|youknow|previous)/g,
  },
  {
    id: 'en.squeezed-reveal',
    family: 'reveal',
    weight: 0.8,
    pattern:
      /(?:reveal|show|print|output|repeat|display|tellme|giveme|whatis|whatare)(?:me|the|your|full|entire|all|of|hidden|secret|initial|original|out){0,6}(?:systemprompts?|prompttexts?|initialinstructions|systemmessage|instructions|password|apikeys?|secretkey)/g,
  },
  {
    id: 'en.squeezed-forced',
    family: 'forced',
    weight: 0.6,
    pattern:
      /(?:saythat(?:you|i)(?:hate|love)|youarenow(?:dan|evil|unrestricted|free|anai)|doanythingnow|developermodeenabled|accessgranted|enable(?:developer|god|dan|jailbreak)mode)/g,
  },
]

/** Cheap first look: a text without any of these needs no English rule. */
export const ENGLISH_ANCHOR =
  /ignor|disregard|forget|neglect|overrid|abandon|discard|instruct|prompt|directive|guideline|do anything|jailb|mode\b|\bdan\b|you are|you're|your|pretend|act as|behave|respon[ds]|reply|answer|repeat|print|output|reveal|password|passcode|secret|api.?key|credential|access|send|forward|post|upload|mail|\bai\b|\bllm|assistant|gpt|chatbot|tool|function|delete|drop table|rm -rf|without|system|input|decode|decrypt|unfiltered|uncensored|task|say|from now|roleplay|!\[/
