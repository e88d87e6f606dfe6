import type { Socket } from 'node:net'

const OWN = new WeakSet<Socket>()

/** Marks a socket as opened here, so that a trace can tell it from one opened past us. */
export function markOwn(socket: Socket): void {
  OWN.add(socket)
}

/** True if outbound opened this socket. */
export function isOwn(socket: Socket): boolean {
  return OWN.has(socket)
}
