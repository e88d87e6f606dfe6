export { type CliIo, type Command, systemOf } from './command.ts'
export { main } from './main.ts'
export { defineOperation, type Operation } from './operation.ts'
export { callServer, OperationError } from './server-call.ts'
