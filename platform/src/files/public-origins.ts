/**
 * The origin that presigned links of the object store lead to (CSP img-src). Empty where this server serves files itself.
 */
export function publicOrigins(filesUrl: string | undefined): string[] {
  if (filesUrl === undefined) return []
  const { hostname, searchParams } = new URL(filesUrl)
  const endpoint = searchParams.get('endpoint')
  const region = searchParams.get('region') ?? 'us-east-1'
  if (endpoint === null) return [`https://${hostname}.s3.${region}.amazonaws.com`]
  const { protocol, host } = new URL(endpoint)
  const pathStyle = searchParams.get('forcePathStyle') === 'true'
  return [`${protocol}//${pathStyle ? host : `${hostname}.${host}`}`]
}
