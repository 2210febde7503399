/** 'address:port' with IPv6 in brackets, as the engine names a peer; the brackets are left out. */
export function splitPeer(peer: string): { ip: string; port: string } {
  const colon = peer.lastIndexOf(':')
  if (colon < 0) return { ip: peer, port: '' }
  return { ip: peer.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: peer.slice(colon + 1) }
}
