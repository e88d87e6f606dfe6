import { latin, latinContext } from './pattern.ts'
import type { Rule } from './rule.ts'

/** Show what you were told and what you keep, or send it away. */
export const ENGLISH_REVEAL: readonly Rule[] = [
  {
    id: 'en.reveal-prompt',
    family: 'reveal',
    weight: 0.75,
    pattern: latin(String.raw`
      \b(?:reveal|show|print|output|repeat|display|tell|give|write|list|copy|share|leak|return
      |expose|disclose|dump|recite|echo|say|send|provide|paste|spell|encode|translate|summari[sz]e
      |append|include|what_(?:is|are|was|were|does)(?!_an?_)|what's(?!_an?_))\b[^.!?\n]{0,40}?\b(?:
      your_(?:\w+_){0,2}?(?:prompts?|instructions|directives|guidelines|rules|configuration
        |initial_message|system_message)
      |(?:the|its|this|all|my)_(?:\w+_){0,2}?(?:system|initial|hidden|secret|internal|confidential
        |developer)[_-]?(?:\w+_)?(?:prompts?|instructions|directives|message|guidelines|rules)
      |(?:the|its|this|all|full|entire|complete|whole|exact|my)_(?:\w+_){0,2}?(?:original|full|entire
        |complete|pre|whole)[_-]?(?:\w+_)?prompts?
      |system_prompt|prompt_texts?)\b`),
    unlessBefore: latinContext(String.raw`
      (?:how_(?:do|does|can|should|would|to)|why|difference_between|best_practices?_(?:for|to)
      |example_of|ways?_to|tips?)_(?:\w+_){0,6}$`),
    unlessAfter: latinContext(String.raw`
      ^_?(?:for_(?:a|an|my|building|creating|writing)|mean\b|in_(?:linux|windows|bash|python
      |general|chatgpt|llm)|work\b|used_for|and_how|template|engineering|example|tips|design
      |best_practice|should|to_(?:make|write|create))`),
  },
  {
    id: 'en.repeat-above',
    family: 'reveal',
    weight: 0.65,
    pattern: latin(String.raw`
      \b(?:repeat|print|output|copy|echo|recite|reproduce|write_(?:down|out)?|return|display|show
      |translate|what_(?:is|was|were|are))\b[^.!?\n]{0,24}?\b(?:(?:everything|all|words?|text
      |sentences?|lines?|content|instructions?|stuff|written|messages?|paragraphs?)_(?:that_(?:is
      |was|are|were)_)?(?:written_)?(?:above|before_(?:this|that|the)|preceding|prior_to
      |at_the_(?:beginning|start|top)_of_(?:this|the|your)|starting_with|in_your_(?:context
      |prompt))|the_(?:above|preceding)_(?:text|words|prompt|instructions|message)s?_(?:verbatim
      |word_for_word|exactly|in_full))`),
    unlessBefore: latinContext(String.raw`(?:how_(?:do|does|can|should|to)|why)_(?:\w+_){0,4}$`),
  },
  {
    id: 'en.ask-secret',
    family: 'secret',
    weight: 0.55,
    pattern: latin(String.raw`
      \b(?:(?:tell|give|show|send|reveal|share|print|output|provide|leak|disclose|say|write|encode
      |spell|what(?:'s|_is|_was|_are))\b[^.!?\n]{0,30}?\b(?:your|the|me_the|system(?:'s)?
      |admin(?:istrator)?(?:'s)?|user(?:'s|s')?|secret|stored|hidden)_(?:\w+_){0,2}?(?:password
      |passcode|passphrase|pass_?phrase|api[_-]?keys?|access_code|secret_(?:key|code|word|phrase)
      |secrets|credentials|private_key|access_token|environment_variables|(?:credit_card
      |social_security)_numbers?)|(?:share|give|tell|send)(?:ing)?_(?:me_)?your_(?:password
      |credentials)|your_password)\b`),
    unlessBefore: latinContext(String.raw`
      (?:how_(?:do|does|can|could|to|should|long|often|many)|where|why|forgot|reset|change
      |changing|manage|protect|secure|create|strong|never|don't|not|difference_between|risks?_of
      |should_i|someone|anyone|avoid|safe(?:ly)?)_(?:\w+_){0,6}$`),
    unlessAfter: latinContext(String.raw`
      ^_?(?:manager|policy|polic|requirements?|strength|length|format|field|reset|hash|protection
      |security|for_(?:my|the)_(?:wifi|router)|should_be|mean\b)`),
  },
  {
    id: 'en.exfiltrate',
    family: 'exfiltrate',
    weight: 0.65,
    pattern: latin(String.raw`
      \b(?:send|post|forward|upload|exfiltrate|e-?mail|transmit|submit|leak|append|embed|encode
      |put|include|pass)\b[^.!?\n]{0,80}?\b(?:conversation|chat|history|secrets?|system_prompt
      |confidential|private|personal|sensitive|contents?|credentials|passwords?|api[_-]?keys?
      |tokens?|cookies|employee|customer|user(?:'s)?|all_(?:the_)?(?:data|files|emails|messages
      |documents))\b[^\n]{0,60}?(?:https?://|www\.|\b[\w.+-]{1,40}@[\w-]{1,40}\.|webhook|attacker
      |(?:this|my|the_following)_(?:url|server|address|endpoint|e-?mail))`),
    unlessBefore: latinContext(String.raw`
      (?:how_(?:do|does|can|could|to|should)|is_it|never|don't|do_not|not|why|avoid
      |prevent)_(?:\w+_){0,6}$`),
  },
  {
    id: 'en.image-exfiltrate',
    family: 'exfiltrate',
    weight: 0.6,
    pattern: latin(String.raw`
      !\[[^\]\n]{0,80}\]\(https?://[^)\s]{1,200}[?&=](?:[^)\s]{0,80})(?:\{|\[|<|%7b|prompt|secret
      |history|conversation|summary|\$)`),
  },
]
