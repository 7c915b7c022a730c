import type { Registry } from 'prom-client'
import { Counter } from 'prom-client'

type Cell = { labels: Record<string, string>; fresh: number }

/**
 * A counter of Prometheus with up to three labels that is told of its increments only when somebody asks for
 * the metrics: it names a series anew at every increment, which is more work than the counting.
 */
export class Tally<Label extends string> {
  private readonly cells = new Map<string, Map<string, Map<string, Cell>>>()
  private readonly all: Cell[] = []
  private readonly names: readonly Label[]

  constructor(registry: Registry, name: string, help: string, names: readonly Label[]) {
    this.names = names
    const { all } = this
    new Counter<string>({
      name,
      help,
      labelNames: names,
      registers: [registry],
      collect() {
        for (const cell of all) {
          if (cell.fresh > 0) this.inc(cell.labels, cell.fresh)
          cell.fresh = 0
        }
      },
    })
  }

  /** Adds to the series of these values of the labels, in the order of their names. */
  add(amount: number, first: string, second = '', third = ''): void {
    const cell = this.cells.get(first)?.get(second)?.get(third) ?? this.open(first, second, third)
    cell.fresh += amount
  }

  private open(first: string, second: string, third: string): Cell {
    const values = [first, second, third]
    const labels = Object.fromEntries(this.names.map((name, n) => [name, values[n] ?? '']))
    const cell: Cell = { labels, fresh: 0 }
    const seconds = this.cells.get(first) ?? new Map<string, Map<string, Cell>>()
    const thirds = seconds.get(second) ?? new Map<string, Cell>()
    this.cells.set(first, seconds.set(second, thirds.set(third, cell)))
    this.all.push(cell)
    return cell
  }
}
