import type { AuthorizeRequest } from './authorize-request.ts'

/** The page that asks the person. Everything in it came from outside. */
export function consentPage(id: string, { client, resource, scope }: AuthorizeRequest): string {
  return page(
    'Sandbox sign-in',
    `<p><b>${inert(client.name)}</b> asks for access to
    <code>${inert(resource ?? 'this account')}</code>${scope === '' ? '' : ` (${inert(scope)})`}.</p>
    <form method="post" action="/authorize">
      <input type="hidden" name="request" value="${inert(id)}">
      <button name="decision" value="approve">Allow</button>
      <button name="decision" value="deny">Refuse</button>
    </form>`,
  )
}

export function refusalPage(detail: string): string {
  return page('Sandbox sign-in refused', `<p>${inert(detail)}</p>`)
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
  <main><h1>${title}</h1>${body}</main></html>`
}

function inert(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
