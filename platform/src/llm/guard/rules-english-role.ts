import { latin, latinContext } from './pattern.ts'
import type { Rule } from './rule.ts'

/** Be someone who has no rules, say what I say, use your tools. */
export const ENGLISH_ROLE: readonly Rule[] = [
  {
    id: 'en.you-are-now',
    family: 'role',
    weight: 0.4,
    pattern: latin(String.raw`
      \b(?:you_are_(?:now|no_longer|going_to_(?:act|be|pretend|play))|you're_(?:now|no_longer
      |going_to_(?:act|be|pretend))|now,?_(?:you_are|you're|act_as|you_act)|from_now_on,?_(?:you
      |act|answer|respond|reply|speak|always|your)|from_this_(?:moment|point)_(?:on
      |forward),?_(?:you|act)|you_(?:will|must|shall|should)_(?:now_)?(?:act_as|pretend
      |play_the_role|roleplay|behave)|your_new_(?:role|identity|persona|name)|i_want_you_to_(?:act
      |pretend|be|play|behave|simulate|roleplay)|you_act_as|assume_the_(?:role|identity|persona)
      |switch_(?:to|into)_\w+_mode)\b`),
    unlessBefore: latinContext(String.raw`
      (?:congratulations|if|when|think|feel|believe|sure|whether|that|say|says|said|once|until
      |unless|like)_(?:\w+_){0,2}$`),
  },
  {
    id: 'en.act-as',
    family: 'role',
    weight: 0.3,
    pattern: latin(String.raw`
      (?:^|[.!?:;\n-]_?)(?:please_)?(?:act|behave|respond|answer|reply)_as_(?:if_you_(?:were|are
      |had)|though|an?|the|my)\b`),
  },
  {
    id: 'en.unrestricted',
    family: 'unrestricted',
    weight: 0.6,
    pattern: latin(String.raw`
      \b(?:(?:you|ai|bot|assistant|chatbot|chatgpt|model|gpt|character|persona|mode|answer|respond
      |reply|speak)\b[^.!?\n]{0,60}?\b(?:(?:without|no|free_(?:of|from)|not_bound_by|unbound_by
      |ignor(?:e|ing)|bypass(?:ing)?|exempt_from|unconstrained_by|has_no|have_no)_(?:any_|all_
      |its_|your_|the_|ethical_|moral_|content_|safety_|openai(?:'s)?_|usual_
      |special_)*(?:restrictions?|limitations?|limits|filters?|filtering|rules|guidelines
      |censorship|ethics|morals?|constraints?|safeguards|guardrails|policies|boundaries
      |programming_guidelines)|(?:completely_|totally_|absolutely_)?(?:unfiltered|uncensored
      |unrestricted|amoral|immoral|unethical|jailbroken|evil)_(?:and_\w+_)?(?:ai|bot|assistant
      |chatbot|model|confidant|response|answer|mode|gpt))|(?:unfiltered|uncensored|unrestricted
      |evil|amoral|jailbroken)_(?:ai|bot|chatbot|llm|gpt)\b)`),
    unlessBefore: latinContext(String.raw`
      (?:what_(?:is|are)|explain|define|difference_between|risks?_of|dangers?_of|how_(?:do|does
      |can))_(?:\w+_){0,3}$`),
    unlessAfter: latinContext(
      '^_(?:preventing|regarding|imposed|when|in_(?:place|this)|on_(?!what|your|the_content))',
    ),
  },
  {
    id: 'en.jailbreak-name',
    family: 'unrestricted',
    weight: 0.65,
    pattern: latin(String.raw`
      \bdo_anything_now\b|\bdan_mode\b|\b(?:as|be|become|you_are|called|named|act_like|like|enable
      |enter|activate|into|stay_a)_(?:a_)?dan\b(?!_(?:brown|carter|marino|quayle|rather))
      |\b(?:jailbreak|god|root|sudo|admin(?:istrator)?|developer|debug|maintenance|unrestricted
      |opposite|evil|dev|system|knowledge_verification)_mode_(?:is_)?(?:now_)?(?:enabled?
      |activated?|on\b|engaged|unlocked|output)|\b(?:enable|activate|enter|engage|switch_(?:to
      |into)|go_into|entering|turn_on)_(?:your_|the_|an?_)?['"]?(?:jailbreak|god|root|sudo
      |admin(?:istrator)?|developer|debug|unrestricted|opposite|evil|dev|dan
      |knowledge_verification)_mode|\bstay_in_character_as_(?:dan|aim)\b|\b(?:aim|stan|dude|kevin
      |betterdan|mongo_tom|evil_confidant)\b[^.!?\n]{0,30}\b(?:always_intelligent
      |strive_to_avoid_norms|no_restrictions)`),
    unlessBefore: latinContext(String.raw`
      (?:how_(?:do|does|can|to|should)|what_(?:is|does|happens)|why|explain|steps_to|guide_to
      |unable_to|cannot|can't)_(?:\w+_){0,5}$`),
  },
  {
    id: 'en.to-the-ai',
    family: 'document',
    weight: 0.6,
    pattern: latin(String.raw`
      \b(?:(?:attention|note|notice|message|instructions?|important|warning|hey|dear)(?:_to|_for
      |_all)?:?_(?:the_|any_|all_|every_)?(?:ai|llm|language_model|assistant|chatbot|gpt|chatgpt
      |copilot|agent)s?\b(?:_(?:models?|assistants?|agents?|systems?|reading|processing
      |that))*[:,!.]|(?:if|when)_you_(?:are|'re)_(?:an?_)?(?:ai|llm|language_model|chatbot
      |(?:ai_)?assistant|large_language_model|automated)\b|(?:ai|llm|language_model|assistant
      |agent|chatbot|model)s?_(?:reading|processing|summari[sz]ing|that_(?:reads?|process(?:es)?
      |summari[sz]es?)|who_reads?)_(?:this|the_following)|when_(?:you_)?summari[sz](?:e
      |ing)_this_(?:document|page|text|email|article),?_(?:you_must|always|include|add|also|say
      |please|do_not))`),
    unlessBefore: latinContext(
      String.raw`(?:how_(?:do|does|can|could|to|should)|what|why)_(?:\w+_){0,6}$`,
    ),
  },
  {
    id: 'en.tool-abuse',
    family: 'tool',
    weight: 0.55,
    pattern: latin(String.raw`
      \b(?:(?:use|call|invoke|run|execute|trigger)_(?:the_|your_|any_|all_)?[\w.]{0,24}_?(?:tool
      |function|command|plugin|api|shell|query)s?\b[^.!?\n]{0,50}?\b(?:delete|drop|send|transfer
      |wipe|remove|rm|purchase|pay|exfiltrate)|(?:without|don't|do_not|never
      |no_need_to)_(?:asking|confirm(?:ing|ation)?|telling|notify(?:ing)?|inform(?:ing)?|tell|ask
      |alert(?:ing)?|mention(?:ing)?)(?:_(?:for|it|this|the|to|any|them|about))*_(?:user
      |confirmation|permission|human|instructions?)|delete_all_(?:the_)?(?:files|data|records
      |users|emails|tables)|drop_table_\w{1,40}_?(?:;|--|cascade)|rm_-rf_/)`),
    unlessBefore: latinContext(String.raw`
      (?:how_(?:do|does|can|could|to|should)|what_(?:is|does|happens)|why|accidentally|can_i
      |should_i|way_to|is_it)_(?:\w+_){0,6}$`),
    unlessAfter: latinContext(
      '^_?/?_?(?:を?実行するとどう|とは|って|の意味|does|do_|mean|is_dangerous)',
    ),
  },
  {
    id: 'en.forced-output',
    family: 'forced',
    weight: 0.4,
    pattern: latin(String.raw`
      \b(?:say|print|output|respond|reply|answer|write|repeat|return|state|tell
      |display)\b(?:_\w+){0,3}?_(?:only|exactly|just|nothing_but|verbatim|the_following|after_me
      |followed_by|this)\b[^.!?\n"'“]{0,24}["'“:]|\b(?:just|only|simply|instead)_(?:say|print
      |output|respond_with|reply_with|answer|write|return|respond|reply|tell_me)\b
      |\bprefix_your_(?:response|answer|reply)|\b(?:begin|start|end)_(?:your|every
      |each)_(?:response|answer|reply|message)s?_(?:with|by)|\brepeat_after_me|\bsay_yes\b
      |\bpwned\b|\binclude_that_you\b|\bdo_not_answer_(?:this|the)_question\b`),
    unlessBefore: latinContext(String.raw`
      (?:how_(?:do|does|can|could|to|should)|what_(?:is|does)|why|can_i|i|should_i|he|she
      |they)_(?:\w+_){0,4}$`),
  },
  {
    id: 'en.access-granted',
    family: 'forced',
    weight: 0.5,
    pattern: latin(String.raw`\baccess_granted\b`),
  },
  {
    id: 'en.authority',
    family: 'authority',
    weight: 0.3,
    pattern: latin(String.raw`
      \b(?:i_am|i'm|this_is|as)_(?:the_|your_|an?_|authorized_)?(?:\w+_)?(?:developer|creator
      |administrator|admin|owner|maintainer|boss|openai|anthropic|root|system_administrator|god
      |programmer)s?\b(?:_(?:of|at|from|here|who|and|,))`),
  },
]
