import { CommandError } from '../command-error.ts'
import { EXIT } from '../exit-codes.ts'
import { Screen } from '../terminal/screen.ts'
import { paintFor } from '../terminal/style.ts'
import { frame, type Picture, pageRowsOf } from './frame.ts'
import { type Command, commandsOf } from './keys.ts'
import type { Camera } from './picture.ts'
import { changedView, FIRST_VIEW, rowsOf, type View } from './view.ts'

export interface LiveTopOptions {
  camera: Pick<Camera, 'take'>
  intervalMs: number
  input: NodeJS.ReadStream
  output: NodeJS.WriteStream
}

/** The sessions on a screen of their own, until somebody quits. */
export class LiveTop {
  readonly #options: LiveTopOptions
  readonly #screen: Screen
  #picture: Picture
  #view: View = FIRST_VIEW
  #timer: NodeJS.Timeout | undefined
  #end: (error?: unknown) => void = () => undefined

  constructor(options: LiveTopOptions, picture: Picture) {
    this.#options = options
    this.#picture = picture
    this.#screen = new Screen({
      input: options.input,
      output: options.output,
      onInput: text => this.#onInput(text),
      onChange: () => this.#draw(),
    })
  }

  /** Resolves when somebody quits. Throws CommandError when the key is not taken any more. */
  async run(): Promise<void> {
    const ended = new Promise<void>((resolve, reject) => {
      this.#end = error => (error === undefined ? resolve() : reject(error))
    })
    this.#screen.open()
    this.#draw()
    this.#wait()
    try {
      await ended
    } finally {
      clearTimeout(this.#timer)
      this.#screen.close()
    }
  }

  #wait(): void {
    this.#timer = setTimeout(() => void this.#refresh(), this.#options.intervalMs)
  }

  async #refresh(): Promise<void> {
    try {
      this.#picture = await this.#options.camera.take()
    } catch (error) {
      const isPassing = error instanceof CommandError && error.exitCode !== EXIT.denied
      if (!isPassing) {
        this.#end(error)
        return
      }
      this.#picture = { ...this.#picture, problem: error.message }
    }
    this.#draw()
    this.#wait()
  }

  #onInput(text: string): void {
    for (const command of commandsOf(text)) this.#obey(command)
    this.#draw()
  }

  #obey(command: Command): void {
    if (command === 'quit') this.#end()
    else if (command === 'suspend') this.#screen.suspend()
    else this.#view = changedView(this.#view, command, this.#bounds())
  }

  #bounds() {
    const rowCount = rowsOf(this.#view, this.#picture.sessions).length
    return { rowCount, pageRows: pageRowsOf(this.#screen.size) }
  }

  #draw(): void {
    const { rowCount, pageRows } = this.#bounds()
    // Sessions may have gone, or the screen grown.
    const offset = Math.max(0, Math.min(this.#view.offset, rowCount - pageRows))
    this.#view = { ...this.#view, offset }
    const paint = paintFor(this.#options.output, process.env)
    this.#screen.draw(frame(this.#picture, this.#view, { size: this.#screen.size, paint }))
  }
}
