/**
 * Marks by which chat templates tell a model who speaks. Inside data they must not be read as such.
 * Each pattern has the two brackets as groups 1 and 3 and what is between as group 2.
 * Sources: the chat templates of ChatML, Llama 2 and 3, Mistral, Gemma, Phi, Qwen, DeepSeek, Command R, ChatGLM.
 */
const BRACKETED: readonly RegExp[] = [
  // <|im_start|>, <|eot_id|>, <|system|>, <|begin▁of▁sentence|> (its full-width bars become | by NFKC)
  /(<)(\s?\|[^|<>\n]{1,48}\|\s?)(>)/g,
  // <<SYS>>, <</SYS>>
  /(<<)(\s?\/?\s?sys\s?)(>>)/gi,
  // Gemma, Llama, T5, tool-call wrappers
  /(<)(\/?\s?(?:s|bos|eos|pad|unk|sop|eop|unused\d{1,3}|(?:start|end)_of_(?:turn|image)|system|assistant|developer|human|tool_calls?|tool_response|tool_results?|function_calls?|function_results|(?:[a-z]{1,12}:)?(?:invoke|parameter)|think|thinking|instructions?|untrusted[\w-]{0,80}))(>)/gi,
  // [INST], [/INST], [SYSTEM_PROMPT], [TOOL_CALLS], [AVAILABLE_TOOLS], [gMASK]
  /(\[)(\/?\s?(?:inst|system_prompt|tool_calls|tool_results|available_tools|gmask|sys)\s?)(\])/gi,
]

/** `### System:` (Alpaca, Vicuna) and `Assistant:` at the start of a line. */
const ROLE_LINE =
  /^([ \t>]{0,8})(#{1,6} ?(?:system|assistant|user|human|instructions?|response|input|developer|システム|アシスタント|ユーザー|指示|命令)|(?:system|assistant|human|developer)(?: ?(?:prompt|message))?)([ \t]{0,4}):/gim

const SOFT_BRACKET: Readonly<Record<string, string>> = {
  '<': '‹',
  '>': '›',
  '<<': '‹‹',
  '>>': '››',
  '[': '⦋',
  ']': '⦌',
}

function soften(_all: string, open: string, body: string, close: string): string {
  return `${SOFT_BRACKET[open]}${body}${SOFT_BRACKET[close]}`
}

/** Swaps a mark's brackets or colon for look-alikes: legible, and no tokenizer reads them as special. */
export function defuseTemplateMarks(text: string): string {
  let safe = text
  // Defusing an inner mark can complete an outer one (`<|a<s>b|>`), each round uses up brackets.
  for (let round = 0; round < 8 && (safe.includes('<') || safe.includes('[')); round++) {
    const before = safe
    for (const pattern of BRACKETED) safe = safe.replace(pattern, soften)
    if (safe === before) break
  }
  // U+A789 is a colon to the eye; NFKC leaves it alone, which keeps normalize() idempotent.
  return safe.includes(':') ? safe.replace(ROLE_LINE, '$1$2$3\uA789') : safe
}

/** Marks nobody writes by accident: a `<s>` or an `Assistant:` alone says little, `<|im_start|>` much. */
const STRONG_MARK =
  /<\s?\|\s?(?:im_(?:start|end|sep)|endoftext|eot_id|eom_id|(?:start|end)_header_id|begin_of_text|system|user|assistant|end|channel|message|start|(?:start|end)_of_turn_token|begin.of.sentence|end.of.sentence)\s?\|\s?>|<<\s?\/?sys\s?>>|\[\/?inst\]|<\/?(?:start|end)_of_turn>|\[\/?system_prompt\]|^[ \t]{0,8}#{2,6} ?(?:system|システム)(?: ?(?:prompt|message))?[ \t]{0,4}:/im

/** True when the text holds an unmistakable chat-template mark. */
export function hasTemplateMark(text: string): boolean {
  return STRONG_MARK.test(text)
}
