import type { Dict } from 'ccxt'

/** The latest rows of a stream, and which of them each of its readers has not been given yet. */
export class Rows {
  private readonly entries = new Map<string, { serial: number; row: Dict }>()
  private readonly given = new Map<string, number>()
  private readonly key: string | number
  private readonly most: number
  private serial = 0

  /** `key` names a row's id: a later row of the same id takes the place of the earlier. */
  constructor(key: string | number, most = 1_000) {
    this.key = key
    this.most = most
  }

  put(row: Dict): void {
    const id = String(row[this.key])
    this.entries.delete(id)
    this.entries.set(id, { serial: ++this.serial, row })
    if (this.entries.size <= this.most) return
    for (const oldest of this.entries.keys()) {
      this.entries.delete(oldest)
      return
    }
  }

  /** Every row that is kept, the latest last. */
  all(symbol?: string): Dict[] {
    return this.after(0, symbol)
  }

  /** The rows that came since this reader's last taking, of one symbol or of all. */
  take(reader: string, symbol?: string): Dict[] {
    const from = this.given.get(reader) ?? 0
    this.given.set(reader, this.serial)
    return this.after(from, symbol)
  }

  /** Whether a reader would be given something. */
  has(reader: string, symbol?: string): boolean {
    return this.after(this.given.get(reader) ?? 0, symbol).length > 0
  }

  private after(from: number, symbol: string | undefined): Dict[] {
    const found: Dict[] = []
    for (const { serial, row } of this.entries.values())
      if (serial > from && (symbol === undefined || row['symbol'] === symbol)) found.push(row)
    return found
  }
}
