/** What `minato init production` must know; from flags, or asked for on a terminal. */
export type Answers = {
  /** Where the stack's files are written. */
  folder: string
  /** The name people open, such as minato.example.com. */
  domain: string
  /** Port of HTTPS as people see it. */
  httpsPort: number
  httpPort: number
  size: 'standard' | 'small'
  certificate: 'acme' | 'given' | 'self-signed'
  /** Told to the certificate authority, which warns there before a certificate expires. */
  email: string | undefined
  image: string
  stackName: string
  /** Further variables of .env (images, sizes) and of minato.env, by name. */
  stack: Readonly<Record<string, string>>
  settings: Readonly<Record<string, string>>
  /** Further secrets of the system by variable: each becomes a file. */
  secrets: Readonly<Record<string, string>>
}

/** The address people open. */
export function originOf({ domain, httpsPort }: Pick<Answers, 'domain' | 'httpsPort'>): string {
  return httpsPort === 443 ? `https://${domain}` : `https://${domain}:${httpsPort}`
}
