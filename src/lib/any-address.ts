import { createSocket } from 'node:dgram'

/** '::' where the system has IPv6, else '0.0.0.0'; any other address as it is. */
export async function anyAddress(host: string): Promise<string> {
  if (host !== '::') return host
  const socket = createSocket({ type: 'udp6', ipv6Only: false })
  const hasIpv6 = await new Promise<boolean>(resolve => {
    socket.once('error', () => resolve(false))
    socket.bind(0, '::', () => resolve(true))
  })
  socket.close()
  return hasIpv6 ? '::' : '0.0.0.0'
}
