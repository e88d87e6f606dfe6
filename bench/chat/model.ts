import { startSandbox } from '@minato/sandbox'

// The sandbox model in a process of its own; the bench sets its pace through the control API.
const sandbox = await startSandbox({ tokensPerSecond: 0, firstTokenMs: 0 })
process.send?.({ url: sandbox.url, llmUrl: sandbox.llmUrl, controlToken: sandbox.controlToken })
