import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

/** Wire facts: SRT Internet-Draft, sections 3.2.1 (handshake packet) and 3.2.1.1 to 3.2.1.3 (extensions). */
const INDUCTION = 1
const CONCLUSION = 0xffffffff
const HEADER_BYTES = 16
const BODY_BYTES = 48
const COOKIE_OFFSET = HEADER_BYTES + 28
const MOST_UNANSWERED = 300
/** Of a millisecond or more, each. */
const MOST_WAITS = 50

interface Handshake {
  version: number
  extension: number
  type: number
  socketId: number
  cookie: number
}

function handshake({ version, extension, type, socketId, cookie }: Handshake, tail: Buffer): Buffer {
  const packet = Buffer.alloc(HEADER_BYTES + BODY_BYTES)
  packet.writeUInt32BE(0x80000000, 0)
  const body = packet.subarray(HEADER_BYTES)
  body.writeUInt32BE(version, 0)
  body.writeUInt32BE(extension, 4)
  body.writeUInt32BE(12345, 8)
  body.writeUInt32BE(1500, 12)
  body.writeUInt32BE(8192, 16)
  body.writeUInt32BE(type, 20)
  body.writeUInt32BE(socketId, 24)
  body.writeUInt32BE(cookie, 28)
  return Buffer.concat([packet, tail])
}

function extensionBlock(type: number, content: Buffer): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt16BE(type, 0)
  head.writeUInt16BE(content.length / 4, 2)
  return Buffer.concat([head, content])
}

/** The stream ID travels in little-endian 32-bit words. */
function streamIdExtension(streamId: string): Buffer {
  const text = Buffer.from(streamId)
  const words = Buffer.alloc(Math.ceil(text.length / 4) * 4)
  text.copy(words)
  return extensionBlock(5, words.swap32())
}

function latencyExtension(): Buffer {
  const content = Buffer.alloc(12)
  content.writeUInt32BE(0x00010501, 0)
  content.writeUInt32BE(0xbf, 4)
  content.writeUInt32BE((120 << 16) | 120, 8)
  return extensionBlock(1, content)
}

async function fetchCookie(socket: Socket, port: number): Promise<number> {
  const request = handshake(
    { version: 4, extension: 2, type: INDUCTION, socketId: 7, cookie: 0 },
    Buffer.alloc(0),
  )
  socket.send(request, port, '127.0.0.1')
  const [reply] = (await once(socket, 'message')) as [Buffer]
  return reply.readUInt32BE(COOKIE_OFFSET)
}

/**
 * Sends `count` complete handshakes with one stream ID, each as another connection, from one address.
 * @returns how many answers with a reject code came back, by code.
 */
export async function floodHandshakes(
  port: number,
  streamId: string,
  count: number,
): Promise<Map<number, number>> {
  const socket = createSocket('udp4')
  const answers = new Map<number, number>()
  let answered = 0
  let lost = 0
  const cookie = await fetchCookie(socket, port)
  socket.on('message', reply => {
    const code = reply.readUInt32BE(HEADER_BYTES + 20)
    answers.set(code, (answers.get(code) ?? 0) + 1)
    answered += 1
  })
  const tail = Buffer.concat([latencyExtension(), streamIdExtension(streamId)])
  for (let i = 0; i < count; i++) {
    const conclusion = { version: 5, extension: 5, type: CONCLUSION, socketId: 1000 + i, cookie }
    socket.send(handshake(conclusion, tail), port, '127.0.0.1')
    if (i % 50 < 49) continue
    // Lets the answers in and keeps buffers from overflowing; what is lost in spite of that is not waited for.
    let waits = 0
    do await new Promise(resolve => setTimeout(resolve, 1))
    while (i - answered - lost > MOST_UNANSWERED && ++waits < MOST_WAITS)
    if (waits === MOST_WAITS) lost = i - answered
  }
  await new Promise(resolve => setTimeout(resolve, 200))
  socket.close()
  return answers
}
