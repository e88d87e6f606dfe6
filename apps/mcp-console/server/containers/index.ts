export { type ContainerRow, findContainer, listContainers } from './store.ts'
export { openContainerTransport } from './transport.ts'
