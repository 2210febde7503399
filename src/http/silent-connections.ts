import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import type { FastifyInstance } from 'fastify'

/**
 * Node.js waits for whoever has connected and not sent the whole head of a request, and its time limits end with the
 * listening: a browser that connects ahead of need would hold up the shutdown. Here a connection without a request under
 * way ends with the server, and one with requests after the last answer.
 */
export function endSilentOnClose(app: FastifyInstance): void {
  const server: unknown = app.server
  const requestCounts = new Map<Socket, number>()
  let isClosing = false
  app.server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    // Its request would come too late.
    if (isClosing) socket.destroy()
    requestCounts.set(socket, 0)
    socket.once('close', () => requestCounts.delete(socket))
  })
  const add = (socket: Socket, change: 1 | -1): void => {
    const count = requestCounts.get(socket)
    if (count === undefined) return
    requestCounts.set(socket, count + change)
    if (isClosing && count + change === 0) socket.destroySoon()
  }
  app.server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    add(socket, 1)
    response.once('close', () => add(socket, -1))
  })
  app.addHook('preClose', async () => {
    isClosing = true
    for (const [socket, count] of requestCounts) if (count === 0) socket.destroy()
  })
}
