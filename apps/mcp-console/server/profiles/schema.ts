import { z } from 'zod'
import type { Profile } from './profile.ts'

const name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and hyphens')
const tools = z.array(z.string().min(1).max(200)).max(1000).nullable()
const callsPerMinute = z.int().min(1).max(1_000_000).nullable()
const maxConcurrent = z.int().min(1).max(1000).nullable()

const server = z.strictObject({
  ref: z.string().regex(/^[a-z]+:[A-Za-z0-9._-]{1,128}$/),
  prefix: z.string().regex(/^([a-z][a-z0-9-]{0,31})?$/, 'lower-case letters, digits and hyphens'),
  enabled: z.boolean().default(true),
  tools: tools.default(null),
})
const key = z.strictObject({
  keyId: z.uuid(),
  tools: tools.default(null),
  callsPerMinute: callsPerMinute.default(null),
  maxConcurrent: maxConcurrent.default(null),
})

const fields = {
  name,
  title: z.string().trim().min(1).max(100),
  enabled: z.boolean(),
  isDefault: z.boolean(),
  members: z.array(z.uuid()).max(10_000).nullable(),
  callsPerMinute,
  maxConcurrent,
  timeoutMs: z.int().min(1000).max(600_000).nullable(),
  maxOutputBytes: z.int().min(1024).max(16_777_216).nullable(),
  servers: z.array(server).max(100),
  keys: z.array(key).max(1000),
}

export const newProfile = z.strictObject({
  ...fields,
  title: fields.title.optional(),
  enabled: fields.enabled.default(true),
  isDefault: fields.isDefault.optional(),
  members: fields.members.default(null),
  callsPerMinute: callsPerMinute.default(null),
  maxConcurrent: maxConcurrent.default(null),
  timeoutMs: fields.timeoutMs.default(null),
  maxOutputBytes: fields.maxOutputBytes.default(null),
  servers: fields.servers.default([]),
  keys: fields.keys.default([]),
})

export const profilePatch = z.strictObject(fields).partial()

export const profileView = z.object({
  ...fields,
  id: z.string(),
  /** Where clients reach it. */
  url: z.string(),
  updatedAt: z.string(),
})

export function viewOf(profile: Profile, publicUrl: string): z.infer<typeof profileView> {
  return {
    ...profile,
    url: `${publicUrl}/mcp/${profile.name}`,
    updatedAt: profile.updatedAt.toISOString(),
  }
}
