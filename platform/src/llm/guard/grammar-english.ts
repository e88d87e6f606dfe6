import { words } from './pattern.ts'

export const drop = `(?:
  ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|neglect|overrid(?:e|ing)|abandon|drop|discard|dismiss
  |erase|delete|cancel|void|nullify|pay_no_attention_to|set_aside|leave_behind|break_free_(?:of|from)
  |(?:do_not|don'?t|stop|never)_(?:follow(?:ing)?|obey(?:ing)?|listen(?:ing)?_to|adhere_to))`

/** Any word that may stand between the verb and the orders. */
export const reach = words(`
  all any every the your my our these those of previous(?:ly)? prior preceding above earlier former past
  initial original existing current given other system developer safety provided old last foregoing
  aforementioned`)

/** …one of which must point back, or at the model. */
export const pointer = words(`
  all any previous prior preceding above earlier past your initial original system developer safety
  provided given last foregoing`)

export const orders = words(`
  instruct(?:ion)?s? prompts? directions? directives? commands? orders? rules? guidelines?
  polic(?:y|ies) constraints? restrictions? programming assignments? tasks? messages? context requests?
  training guardrails? information conversation content text inputs? statements? documents? articles?`)

export const gap = String.raw`[\s\p{P}]{1,4}`

/** "Can I ignore …?", "why people forget …", "it is unsafe to disregard …": talk about it, no order. */
export const asking = String.raw`(?:
  \b(?:can|could|should|may|must|do|does|did|would|will|if|when|why|how|what_happens|is_it|are|was|were
    |people|he|she|they|we|who|that|to_not|not_to|never|cannot|can't|risky|important|safe)
    _(?:i|you|we|one|someone|people|users?|they|it|not|to|be|ever|always|often|sometimes|just|the|a|my
    |his|her|their)_?(?:\w+_){0,3}
  |\b(?:he|she|they|people|who|we|i|to|by|without|while|for|of|about|against|from|word|phrase|term|called
    |named|as|like|such_as)_?["'“‘(]?)$`

export const aboutIt = String.raw`
  ^["'”’)]{0,2},?_?(?:\w+_){0,3}(?:mean|means|attack|attacks|phrase|phrases|sentence|work|works
  |dangerous|considered|called|known_as|an_example|examples)\b`
