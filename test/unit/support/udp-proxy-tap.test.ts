import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import { type Direction, UdpProxy } from '../../support/udp-proxy.ts'
import { until } from '../../support/wait.ts'

async function endpoint() {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  onTestFinished(() => {
    socket.close()
  })
  const received: { text: string; port: number }[] = []
  socket.on('message', (bytes, { port }) => received.push({ text: bytes.toString(), port }))
  return { socket, received }
}

it('the UDP proxy shows what comes in, and sends what it is given from and to the client alike', async () => {
  const [server, client] = [await endpoint(), await endpoint()]
  const seen: [Direction, string][] = []
  const proxy = await UdpProxy.start({
    serverPort: server.socket.address().port,
    toServer: { lossPercent: 100 },
    onDatagram: (direction, datagram) => seen.push([direction, datagram.toString()]),
  })
  client.socket.send('lost', proxy.port, '127.0.0.1')
  await until(() => seen.length === 1, { deadlineMs: 10_000, what: 'the datagram' })
  await proxy.inject('toServer', Buffer.from('forged'))
  await until(() => server.received.length === 1, { deadlineMs: 10_000, what: 'what was injected' })
  server.socket.send('answer', server.received[0]?.port ?? 0, '127.0.0.1')
  await until(() => client.received.length === 1, { deadlineMs: 10_000, what: 'the answer' })
  await proxy.inject('toClient', Buffer.from('echo'))
  await until(() => client.received.length === 2, { deadlineMs: 10_000, what: 'the other one' })
  expect(seen).toEqual([
    ['toServer', 'lost'],
    ['toClient', 'answer'],
  ])
  expect(server.received.map(({ text }) => text)).toEqual(['forged'])
  expect(client.received).toEqual([
    { text: 'answer', port: proxy.port },
    { text: 'echo', port: proxy.port },
  ])
})
