/** A tool as this platform names it, or as the OpenAI wire format does. */
export type NamedTool = { name: string } | { function: { name: string } }

function nameOf(tool: NamedTool): string {
  return 'function' in tool ? tool.function.name : tool.name
}

/**
 * The structural wall: once the context holds untrusted text, a model is offered these tools only. A name
 * that is not on the list is not offered, whatever the text says; an empty list offers none. Names are
 * compared exactly, so that `Delete` or a look-alike letter does not pass for `delete`.
 *
 * @example
 * const tools = allowTools(allTools, new Set(['search_documents']))
 */
export function allowTools<T extends NamedTool>(
  tools: readonly T[],
  reachableFromUntrusted: ReadonlySet<string>,
): readonly T[] {
  return Object.freeze(tools.filter((tool) => reachableFromUntrusted.has(nameOf(tool))))
}

/**
 * The same question when the model calls: models invent calls to tools that were never offered.
 * Returns the tool to run, or undefined to refuse.
 *
 * @example
 * const tool = allowedCall(offered, call.name)
 * if (tool === undefined) return refuse(call)
 */
export function allowedCall<T extends NamedTool>(
  offered: readonly T[],
  name: string,
): T | undefined {
  return offered.find((tool) => nameOf(tool) === name)
}
