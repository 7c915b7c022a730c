import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Another process that opens the journal of a folder, as `opening.ts` says. */
export class Opener {
  readonly ended: Promise<number | null>
  private readonly child
  private readonly lines: AsyncIterator<string>

  /**
   * `blocksMax` bounds the size of any file it writes, in blocks of 512 bytes or 1 KB as the shell counts.
   */
  constructor(folder: string, blocksMax = 'unlimited') {
    const script = fileURLToPath(new URL('./opening.ts', import.meta.url))
    const command = `ulimit -f ${blocksMax}; exec "$0" --import tsx "$1" "$2"`
    this.child = spawn('/bin/sh', ['-c', command, process.execPath, script, folder], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.ended = new Promise((resolve) => this.child.on('exit', resolve))
    this.lines = createInterface(this.child.stdout)[Symbol.asyncIterator]()
  }

  /** The next line it prints. */
  async line(): Promise<string> {
    const { value } = await this.lines.next()
    return (value as string | undefined) ?? '(ended)'
  }

  say(line: string): void {
    this.child.stdin.write(`${line}\n`)
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL')
    await this.ended
  }
}
