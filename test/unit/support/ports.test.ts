import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { freeTcpPort, freeUdpPort } from '../../support/ports.ts'

it('never hands out a port twice', async () => {
  const ports = await Promise.all(
    Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? freeUdpPort() : freeTcpPort())),
  )
  expect(new Set(ports).size).toBe(50)
})

it('hands out UDP ports that can be bound', async () => {
  const socket = createSocket('udp4')
  const port = await freeUdpPort()
  socket.bind(port)
  await once(socket, 'listening')
  expect(socket.address().port).toBe(port)
  socket.close()
})

it('hands out TCP ports that can be bound', async () => {
  const port = await freeTcpPort()
  const server = createServer().listen(port)
  await once(server, 'listening')
  expect(server.address()).toMatchObject({ port })
  server.close()
})
