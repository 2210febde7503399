import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { UdpProxy, type UdpProxyOptions } from '../../support/udp-proxy.ts'
import { until } from '../../support/wait.ts'

interface Endpoint {
  socket: Socket
  port: number
  received: string[]
  /** Of those who sent, in order of arrival. */
  senders: number[]
}

async function endpoint(onMessage?: (self: Endpoint, text: string, port: number) => void): Promise<Endpoint> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const self: Endpoint = { socket, port: socket.address().port, received: [], senders: [] }
  socket.on('message', (bytes, { port }) => {
    self.received.push(bytes.toString())
    self.senders.push(port)
    onMessage?.(self, bytes.toString(), port)
  })
  onTestFinished(() => {
    socket.close()
  })
  return self
}

const echoServer = () => endpoint((self, text, port) => self.socket.send(`echo ${text}`, port, '127.0.0.1'))

async function setUp(options: Partial<UdpProxyOptions> = {}) {
  const server = await echoServer()
  const proxy = await UdpProxy.start({ serverPort: server.port, ...options })
  const client = await endpoint()
  const send = (text: string, from: Endpoint = client) => from.socket.send(text, proxy.port, '127.0.0.1')
  return { server, proxy, client, send }
}

const arrival = (endpoint: Endpoint, count: number) =>
  until(() => endpoint.received.length >= count, { deadlineMs: 10_000, what: `${count} datagrams to arrive` })

describe('the UDP proxy', () => {
  it('keeps clients apart, both ways', async () => {
    const { server, client, send } = await setUp()
    const other = await endpoint()
    send('one')
    send('two', other)
    await arrival(client, 1)
    await arrival(other, 1)
    expect(client.received).toEqual(['echo one'])
    expect(other.received).toEqual(['echo two'])
    expect(new Set(server.senders).size).toBe(2)
  })

  it('reaches the server from one port per client until the addresses change', async () => {
    const { server, client, proxy, send } = await setUp()
    send('a')
    await arrival(client, 1)
    send('b')
    await arrival(client, 2)
    proxy.changeAddresses()
    send('c')
    await arrival(client, 3)
    const [first, second, third] = server.senders
    expect(second).toBe(first)
    expect(third).not.toBe(first)
  })

  it('loses each direction by its own share', async () => {
    const { server, client, proxy, send } = await setUp({ toClient: { lossPercent: 100 } })
    send('x')
    await arrival(server, 1)
    await until(() => proxy.counters.toClient.lost === 1, {
      deadlineMs: 10_000,
      what: 'the answer to be lost',
    })
    expect(client.received).toEqual([])
    expect(proxy.counters.toServer).toEqual({ received: 1, forwarded: 1, lost: 0 })
  })

  it('swallows everything while it is a black hole', async () => {
    const { client, proxy, send } = await setUp()
    proxy.blackhole()
    send('lost')
    await until(() => proxy.counters.toServer.lost === 1, { deadlineMs: 10_000, what: 'the loss' })
    proxy.restore()
    send('kept')
    await arrival(client, 1)
    expect(client.received).toEqual(['echo kept'])
  })

  it('comes back by itself after a blackout', async () => {
    const { client, proxy, send } = await setUp()
    proxy.blackout(500)
    send('lost')
    await until(() => proxy.counters.toServer.lost === 1, { deadlineMs: 10_000, what: 'the loss' })
    await until(
      () => {
        send('again')
        return client.received.length > 0
      },
      { deadlineMs: 10_000, what: 'an answer' },
    )
    expect(client.received[0]).toBe('echo again')
  })

  it('delays, and keeps the order without jitter', async () => {
    const { server, send } = await setUp({ toServer: { delayMs: 30 } })
    const startMs = performance.now()
    const texts = Array.from({ length: 20 }, (_, i) => String(i))
    for (const text of texts) send(text)
    await arrival(server, 20)
    // A timer may fire up to a millisecond early by this clock.
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(29)
    expect(server.received).toEqual(texts)
  })

  it('reorders with jitter, and loses nothing', async () => {
    const { server, send } = await setUp({ toServer: { jitterMs: 100 } })
    const texts = Array.from({ length: 50 }, (_, i) => String(i))
    for (const text of texts) send(text)
    await arrival(server, 50)
    expect(server.received).not.toEqual(texts)
    expect([...server.received].sort()).toEqual([...texts].sort())
  })

  it('duplicates', async () => {
    const { server, send } = await setUp({ toServer: { duplicatePercent: 100 } })
    send('twin')
    await arrival(server, 2)
    expect(server.received).toEqual(['twin', 'twin'])
  })

  it('may be closed with datagrams under way, and twice', async () => {
    const { proxy, send } = await setUp({ toServer: { delayMs: 1000 } })
    send('never')
    await until(() => proxy.counters.toServer.received === 1, { deadlineMs: 10_000, what: 'the datagram' })
    await proxy.close()
    await expect(proxy.close()).resolves.toBeUndefined()
  })
})
