import { styleText } from 'node:util'
import Table from 'cli-table3'

type Style = Parameters<typeof styleText>[0]

/** Where the shell writes. Tests give their own. */
export type Terminal = {
  out(text: string): void
  err(text: string): void
  /** Whether a person watches: colours, and lines that are written over. */
  isLive: boolean
  columns: number
}

/** The process's own terminal. Colours only where a person looks, and never against `NO_COLOR`. */
export const processTerminal = (): Terminal => ({
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isLive: process.stdout.isTTY && process.stderr.isTTY && !process.env.NO_COLOR,
  columns: process.stdout.columns ?? 80,
})

export const painted = (terminal: Terminal, style: Style, text: string): string =>
  terminal.isLive ? styleText(style, text) : text

/** What a check came to. */
export const verdict = (terminal: Terminal, passed: boolean): string =>
  passed ? painted(terminal, 'green', 'passed') : painted(terminal, 'red', 'failed')

const BARE = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}

/** One column: its title, and whether it holds numbers, which line up at the right. */
export type Column = { title: string; isNumber?: boolean }

/** Prints rows under titles, without lines. */
export function printTable(terminal: Terminal, columns: readonly Column[], rows: readonly string[][]): void {
  const table = new Table({
    // Without any title there is no line for titles.
    head: columns.every(({ title }) => title === '')
      ? []
      : columns.map(({ title }) => painted(terminal, 'dim', title)),
    colAligns: columns.map(({ isNumber }) => (isNumber ? 'right' : 'left')),
    chars: BARE,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  table.push(...rows.map((row) => [...row]))
  const lines = table.toString().split('\n')
  terminal.out(`${lines.map((line) => line.trimEnd()).join('\n')}\n`)
}

/** A number that may be absent. */
export const orDash = (decimal: string | null | undefined): string => decimal ?? '-'

/** Money for the eye: without the zeros that only fill its places, but two. */
export const shortened = (decimal: string | null): string =>
  decimal === null ? '-' : decimal.replace(/(\.\d\d\d*?)0+$/, '$1')

/** A quantity that is often nothing. */
export const orNone = (decimal: string): string => (Number(decimal) === 0 ? '-' : shortened(decimal))

/** A time for the eye, to the minute. */
export const minuteOf = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`

const BAR = 24

/** Shows how far something has come, on one line that is written over; on a pipe, nothing. */
export function showProgress(
  terminal: Terminal,
  label: string,
  done: number,
  total: number,
  more = '',
): void {
  if (!terminal.isLive) return
  const filled = total === 0 ? 0 : Math.round((BAR * done) / total)
  const bar =
    painted(terminal, 'green', '█'.repeat(filled)) + painted(terminal, 'dim', '░'.repeat(BAR - filled))
  terminal.err(`\r${label} ${bar} ${done}/${total}${more}\u001b[K`)
}

/** Ends a progress line. */
export const endProgress = (terminal: Terminal): void => {
  if (terminal.isLive) terminal.err('\r\u001b[K')
}
