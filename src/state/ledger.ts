import { assert } from '../base/assert.ts'
import type { Brand } from '../base/brand.ts'
import type { InstrumentId } from '../base/ids.ts'

/** One row of the ledger: a balance of one asset, for one holder and purpose. */
export type Cell = Brand<number, 'Cell'>

/** Cash is asset 0 and counts µ$; the units of instrument i are asset i + 1 and count weighted tokens. */
export const CASH = 0
export const unitsOf = (instrument: InstrumentId): number => instrument + 1

/**
 * Double entry: an amount only ever moves from one cell to another of the same asset, so every asset sums to
 * zero for ever. A contra cell (the outside world for cash, an obligation for units) holds the negative side;
 * no other cell may fall below zero.
 */
export type Ledger = {
  used: number
  balance: Float64Array
  asset: Int32Array
  contra: Uint8Array
}

export const newLedger = (capacity = 1024): Ledger => ({
  used: 0,
  balance: new Float64Array(capacity),
  asset: new Int32Array(capacity),
  contra: new Uint8Array(capacity),
})

export function openCell(ledger: Ledger, asset: number, contra = false): Cell {
  if (ledger.used === ledger.balance.length) {
    const wider = newLedger(ledger.used * 2)
    wider.balance.set(ledger.balance)
    wider.asset.set(ledger.asset)
    wider.contra.set(ledger.contra)
    ledger.balance = wider.balance
    ledger.asset = wider.asset
    ledger.contra = wider.contra
  }
  const cell = ledger.used++
  ledger.asset[cell] = asset
  ledger.contra[cell] = contra ? 1 : 0
  return cell as Cell
}

export const balanceOf = (ledger: Ledger, cell: Cell): number => ledger.balance[cell] as number

/** One balanced posting. An amount of zero is no posting; a negative one is a broken promise. */
export function move(ledger: Ledger, from: Cell, to: Cell, amount: number): void {
  if (amount === 0) return
  const left = (ledger.balance[from] as number) - amount
  const right = (ledger.balance[to] as number) + amount
  assert(
    amount > 0 && ledger.asset[from] === ledger.asset[to],
    'a posting moves a positive amount of one asset',
  )
  assert(left >= 0 || ledger.contra[from] === 1, 'no balance falls below zero')
  assert(right <= 0 || ledger.contra[to] === 0, 'no obligation is met more than once')
  assert(right <= Number.MAX_SAFE_INTEGER && left >= -Number.MAX_SAFE_INTEGER, 'a balance is a safe integer')
  ledger.balance[from] = left
  ledger.balance[to] = right
}
