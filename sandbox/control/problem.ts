/** The error body of the control API (RFC 9457 fields). */
export function problem(status: number, detail: string): object {
  return { title: 'Sandbox', status, detail }
}
