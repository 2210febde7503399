/** The terminal that is asked. */
export interface Terminal {
  input: NodeJS.ReadStream
  output: NodeJS.WritableStream
}

/** A line typed without an echo; undefined: it was broken off. */
export function askHidden(question: string, { input, output }: Terminal): Promise<string | undefined> {
  output.write(question)
  const wasRaw = input.isRaw
  input.setRawMode(true)
  input.resume()
  return new Promise(resolve => {
    let line = ''
    const end = (answer: string | undefined) => {
      input.off('data', onData)
      input.setRawMode(wasRaw)
      input.pause()
      output.write('\n')
      resolve(answer)
    }
    const onData = (bytes: Buffer) => {
      for (const character of bytes.toString('utf8')) {
        if (character === '\r' || character === '\n') return end(line)
        // Ctrl-C and Ctrl-D.
        if (character === '\u0003' || character === '\u0004') return end(undefined)
        if (character === '\u007f' || character === '\b') line = line.slice(0, -1)
        else if (character >= ' ') line += character
      }
    }
    input.on('data', onData)
  })
}
