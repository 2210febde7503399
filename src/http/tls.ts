import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { createSecureContext, Server } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import { AppError, messageOf } from '../lib/errors.ts'

/** PEM texts; the certificate may be followed by those between it and the root. */
export interface Certificate {
  cert: string
  key: string
}

const PEM = 'it must be a PEM file, as certbot or openssl write it'

/** Throws CONFIG_INVALID. */
function tryTo<Result>(read: () => Result, sentence: string, hint: string): Result {
  try {
    return read()
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', `${sentence}: ${messageOf(cause)}`, { hint, cause })
  }
}

function privateKey(key: string): KeyObject {
  const hint = `${PEM}, not protected by a passphrase`
  return tryTo(() => createPrivateKey(key), 'tls_key holds no private key that can be read', hint)
}

/** Throws CONFIG_INVALID, which says what is wrong with a certificate, its key, or the two together. */
export function checkCertificate({ cert, key }: Certificate): void {
  const leaf = tryTo(() => new X509Certificate(cert), 'tls_cert holds no certificate that can be read', PEM)
  if (!leaf.checkPrivateKey(privateKey(key))) {
    throw new AppError('CONFIG_INVALID', 'tls_key is not the key of the certificate in tls_cert', {
      hint: 'the first certificate in tls_cert must be the one that was made for this key',
    })
  }
  const sentence = 'tls_cert and tls_key cannot be used for TLS'
  tryTo(() => createSecureContext({ cert, key }), sentence, 'the key may be too short or of an unusual kind')
}

/** What tells one connection from all others. */
const endsOf = ({ remoteAddress, remotePort, localAddress, localPort }: Socket) =>
  `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`

/** Whoever is in the middle of a handshake when the server closes is idle to nobody's knowledge but ours. */
export function endHandshakesOnClose(app: FastifyInstance): void {
  const server: unknown = app.server
  if (!(server instanceof Server)) return
  const handshaking = new Map<string, Socket>()
  server.on('connection', socket => {
    const ends = endsOf(socket)
    handshaking.set(ends, socket)
    socket.once('close', () => handshaking.delete(ends))
  })
  server.on('secureConnection', socket => handshaking.delete(endsOf(socket)))
  app.addHook('preClose', async () => {
    for (const socket of handshaking.values()) socket.destroy()
  })
}

/**
 * Another certificate for the connections from now on. Throws CONFIG_INVALID, and then the old one stays; USAGE if the
 * server speaks plain HTTP.
 */
export function renewCertificate(app: FastifyInstance, certificate: Certificate): void {
  const server: unknown = app.server
  if (!(server instanceof Server)) throw new AppError('USAGE', 'The server does not speak TLS')
  checkCertificate(certificate)
  server.setSecureContext({ cert: certificate.cert, key: certificate.key })
}
