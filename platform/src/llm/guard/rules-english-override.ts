import { aboutIt, asking, drop, gap, orders, pointer, reach } from './grammar-english.ts'
import { latin, latinContext } from './pattern.ts'
import type { Rule } from './rule.ts'

const asks = latinContext(asking)
const about = latinContext(aboutIt)

/** Away with the orders so far, and in with others. */
export const ENGLISH_OVERRIDE: readonly Rule[] = [
  {
    id: 'en.override',
    family: 'override',
    weight: 0.9,
    pattern: latin(String.raw`
      \b${drop}_(?:about_|to_)?(?:${reach}${gap}(?:of${gap})?){0,5}${pointer}${gap}(?:of${gap})?
      (?:(?:the|your|my|these|those|previous|prior|provided)${gap})?(?:\w{2,14}${gap}){0,2}${orders}\b`),
    unlessBefore: asks,
    unlessAfter: about,
  },
  {
    id: 'en.override-bare',
    family: 'override',
    weight: 0.55,
    pattern: latin(String.raw`
      (?:^|[.!?:;,"'\n–—-]_?|\band_|\bplease_|\bnow_|\bthen_|\bjust_)(?:ignore|disregard|forget)_(?:the_)?
      (?:instructions?|prompts?|directions|directives|context)\b`),
    unlessAfter: about,
  },
  {
    id: 'en.override-everything',
    family: 'override',
    weight: 0.8,
    pattern: latin(String.raw`
      \b${drop}_(?:about_)?(?:everything|anything|all|whatever|what)(?:_of)?
      (?:_(?:that|which|the|was|has_been|have_been|is))?,?_
      (?:above|before|previous(?:ly)?|prior|earlier|until_now|up_to_now|so_far|said|written|stated
        |you_(?:know(?!_about)|knew|were|have|are|learned|'ve)|i_(?:said|told|wrote|have)
        |we_(?:said|discussed|talked)|and_(?:say|write|print|tell|output|just|only|j))\b`),
    unlessBefore: asks,
  },
  {
    id: 'en.override-above',
    family: 'override',
    weight: 0.7,
    pattern: latin(String.raw`
      \b(?:ignore|disregard|forget)(?:_(?:all|everything|about))?(?:_(?:of_)?the)?_(?:above
      |previous|preceding|foregoing)(?=$|[\s\p{P}]{0,3}(?:and|instead|but|then|now|$|[.,:;!]))`),
    unlessBefore: asks,
    unlessAfter: about,
  },
  {
    id: 'en.forget-everything',
    family: 'override',
    weight: 0.6,
    pattern: latin(String.raw`
      (?:^|[.!?:;,"'\n–—-]_?|\b(?:and|please|now|then|but|just),?_)(?:forget|ignore
      |disregard)_(?:about_)?everything\b(?!_(?:is|will|was|for_a|but)\b)(?!_(?:you|he|she|i
      |they)_(?:\w+_){0,2}(?:about|before)\b)`),
  },
  {
    id: 'en.new-orders',
    family: 'override',
    weight: 0.6,
    pattern: latin(String.raw`
      \b(?:(?:here_(?:are|is|come)|now(?:_come|_follow)?|these_are|following|with|follow)_(?:your_
      |the_|my_|some_)?(?:new|actual|real|updated|different)_(?:instructions?|tasks?|orders
      |directives?|rules|prompt)|(?:your|the)_(?:new|real|actual|updated)_(?:instructions?|task
      |orders?|directives?|role|goal|objective|purpose|rules|system_prompt)_(?:is|are|will_be|:
      |now)|new_(?:instructions?|tasks?|directives?|rules)(?:_(?:now_)?follow|:)|(?:additional
      |updated|real|revised)_instructions?(?:_start|_begin|:|_-)|(?:change|replace|update
      |overwrite)_your_(?:instructions|prompt|rules|programming)|your_instructions_are_now
      |end_of_(?:the_)?(?:system_)?(?:prompt|instructions)|(?:instructions?|rules|guidelines
      |directives)_(?:above_|before_|you_(?:were|have_been)_given_)?(?:are|is|were|was
      |no_longer)_(?:now_)?(?:void|cancel+ed|outdated|obsolete|apply|valid|fake|a_(?:test|trick)
      |irrelevant|invalid))`),
    unlessBefore: latinContext(String.raw`(?:if|when|do|does|whether|why)_(?:\w+_){0,4}$`),
  },
  {
    id: 'en.focus-new-task',
    family: 'override',
    weight: 0.5,
    pattern: latin(String.raw`
      \b(?:focus|concentrate)_(?:now_)?on_(?:your|the|this)_new_(?:task|assignment|role)
      |\bnew_tasks?_(?:now_)?follows?\b|\b(?:start|begin)_(?:over|anew|from_the_(?:front|beginning
      |start))_with_a_new_task`),
  },
  {
    id: 'en.fake-boundary',
    family: 'boundary',
    weight: 0.55,
    pattern: latin(String.raw`
      (?:[-=#%*<[{|]{2,}_?(?:end|begin|start|stop)(?:_of)?_(?:\w+_){0,3}?(?:prompt|instructions?
      |input|context|document|message|conversation|system|user)|\[(?:system|admin
      |developer)(?:_(?:message|override|note|prompt|instruction|command|mode))?\]|</?(?:system
      |admin)(?:_?(?:mode|message|prompt|override|instruction))?>|\bsystem_(?:override|command
      |alert)\b_?[:-]|(?:^|\n)\W{0,4}(?:system|developer|admin)(?:_(?:message|prompt|note
      |instruction|override|update))?:_?(?:you|ignore|new|the|from|disregard|all|your|please|now
      |override|reveal|print|enable|forget)|real_instructions_(?:start|begin)|(?:begin|end|more
      |start)(?:s|ing)?(?:_of)?_untrust\w{1,3}_(?:user_)?input)`),
    unlessBefore: latinContext(
      String.raw`(?:what_(?:is|does|are)|explain|mean)_(?:\w+_){0,3}["'\x60]?$`,
    ),
  },
  {
    id: 'en.decode-and-obey',
    family: 'encoded',
    weight: 0.6,
    pattern: latin(String.raw`
      \b(?:decode|decrypt|decipher|unscramble|reverse|convert)\b[^.!?\n]{0,60}?\b(?:and
      |then)_(?:then_)?(?:follow|execute|obey|do|perform|carry_out|answer|comply|act_on
      |respond_to)\b(?!_the_same)`),
    unlessBefore: latinContext(String.raw`
      (?:how_(?:do|does|can|could|to|should)|function|code|program|script|python)_(?:\w+_){0,6}$`),
  },
  {
    id: 'en.instead-of-source',
    family: 'override',
    weight: 0.55,
    pattern: latin(String.raw`
      \b(?:by|from)_your_own_knowledge_and_not\b|\bdo(?:n'?t|n'nt|_not)_(?:answer|look
      |use)\b[^.!?\n]{0,40}\b(?:documents?|articles?|context)\b|\bdespite_what_you'?(?:ve|_have
      |_were)?_been_told\b`),
  },
]
