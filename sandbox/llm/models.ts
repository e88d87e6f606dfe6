import { modelNotFound } from './errors.ts'

export type SandboxModel = { id: string; kind: 'chat' | 'embedding'; contextTokens: number }

export const MODELS: readonly SandboxModel[] = [
  { id: 'sandbox-lite', kind: 'chat', contextTokens: 32_768 },
  { id: 'sandbox-main', kind: 'chat', contextTokens: 131_072 },
  { id: 'sandbox-pro', kind: 'chat', contextTokens: 262_144 },
  // Follows every instruction it reads, also in untrusted text: proves that walls are structural.
  { id: 'sandbox-obey', kind: 'chat', contextTokens: 262_144 },
  { id: 'sandbox-embedding', kind: 'embedding', contextTokens: 8_192 },
]

export function findModel(id: string, kind: SandboxModel['kind']): SandboxModel {
  const model = MODELS.find((candidate) => candidate.id === id && candidate.kind === kind)
  if (!model) throw modelNotFound(id)
  return model
}
