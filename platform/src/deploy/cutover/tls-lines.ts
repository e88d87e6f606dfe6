import { checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import { type Line, type LineWords, lineOf } from './line.ts'

export type TlsOptions = {
  host: string
  port: number
  /** Where to connect; undefined: where the name points. */
  address: string | undefined
  /** A further authority, in PEM. */
  ca: string | undefined
  minDays: number
  now: () => number
}

const NAME: LineWords = {
  id: 'tls.name',
  title: { en: 'The certificate is for this name', ja: '証明書がこの名前のものである' },
  mend: {
    en: 'Get a certificate that names the host and put it into certificates/, or let ACME fetch it.',
    ja: 'このホスト名の証明書を取得して certificates/ に置くか、ACME で取得してください。',
  },
}
const CHAIN: LineWords = {
  id: 'tls.chain',
  title: {
    en: 'The certificate is signed by a known authority',
    ja: '証明書の発行元が信頼されている',
  },
  mend: {
    en: 'Serve the whole chain (fullchain.pem) of a public authority; a private one is named with --ca.',
    ja: '公的な認証局の証明書チェーン全体（fullchain.pem）を配置してください。独自の認証局は --ca で指定します。',
  },
}
const DAYS: LineWords = {
  id: 'tls.days',
  title: { en: 'The certificate lasts', ja: '証明書の残り日数が十分である' },
  mend: {
    en: 'Renew it now, and see that the renewal runs by itself.',
    ja: 'すぐに更新し、自動更新が動いていることを確認してください。',
  },
}
const DAY_MS = 86_400_000
const WITHIN_MS = 8000

type Seen = { certificate: PeerCertificate; trouble: string; protocol: string | null }

export async function tlsLines(options: TlsOptions): Promise<Line[]> {
  const shaken = shake(options)
  shaken.catch(() => undefined) // each line reports it
  return [
    await lineOf(NAME, async () => {
      const { certificate } = await shaken
      const wrong = checkServerIdentity(options.host, certificate)
      const evidence =
        wrong?.message ?? `named: ${certificate.subjectaltname ?? certificate.subject.CN}`
      return { status: wrong === undefined ? 'pass' : 'fail', evidence }
    }),
    await lineOf(CHAIN, async () => {
      const { certificate, trouble, protocol } = await shaken
      const issuer = certificate.issuer.O ?? certificate.issuer.CN ?? 'unknown'
      const evidence =
        trouble === ''
          ? `by ${String(issuer)}, ${protocol}`
          : `${trouble} (issuer ${String(issuer)})`
      return { status: trouble === '' ? 'pass' : 'fail', evidence }
    }),
    await lineOf(DAYS, async () => {
      const { certificate } = await shaken
      const days = Math.floor((Date.parse(certificate.valid_to) - options.now()) / DAY_MS)
      const evidence = `${days} days left, until ${certificate.valid_to} (at least ${options.minDays})`
      return { status: days >= options.minDays ? 'pass' : 'fail', evidence }
    }),
  ]
}

async function shake({ host, port, address, ca }: TlsOptions): Promise<Seen> {
  return await new Promise((resolve, reject) => {
    const socket: TLSSocket = connect(
      {
        host: address ?? host,
        port,
        servername: host,
        // The name is a line of its own; here only who signed counts.
        checkServerIdentity: () => undefined,
        rejectUnauthorized: false,
        ...(ca === undefined ? {} : { ca }),
      },
      () => {
        const trouble = socket.authorized ? '' : String(socket.authorizationError)
        resolve({
          certificate: socket.getPeerCertificate(),
          trouble,
          protocol: socket.getProtocol(),
        })
        socket.destroy()
      },
    )
    socket.setTimeout(WITHIN_MS, () => socket.destroy(new Error(`no handshake within 8 s`)))
    socket.once('error', reject)
  })
}
