import type { ChatbotServices } from './write-answer.ts'

export type AllowedModel = { id: string; isDefault: boolean }

/** The models a person may choose: those of the operator's lanes and those the configuration lists. */
export async function allowedModels(services: ChatbotServices): Promise<AllowedModel[]> {
  const lanes = await services.llm.lanes.list()
  const standard = lanes.find((lane) => lane.lane === 'main')?.model
  const ids = new Set([...lanes.map((lane) => lane.model), ...services.appConfig.models])
  return [...ids].map((id) => ({ id, isDefault: id === standard }))
}
