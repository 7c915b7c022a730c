import type { Instant } from '../base/time.ts'
import type { Override } from '../sheet/mapping.ts'
import type { PostedModel, RefusedRow, SheetFormat } from '../sheet/posted-model.ts'
import type { ControlDatabase } from './control.ts'

/** A price sheet as it was taken in, with where it is from and under which licence. */
export type Sheet = {
  id: number
  name: string
  format: SheetFormat
  source: string
  licence: string
  /** The day its prices are of: `2026-08-01`. */
  asOf: string
  importedAt: Instant
  models: readonly PostedModel[]
  refused: readonly RefusedRow[]
  skipped: number
}

/**
 * Price sheets and what was decided about their models by hand. Held in memory, kept in the control store.
 */
export type Sheets = {
  /** Goes up with every change, so that what was worked out from before can be let go. */
  revision(): number
  all(): readonly Sheet[]
  overrides(): readonly Override[]
  /** A sheet of the same name takes the place of the one before it. */
  put(sheet: Omit<Sheet, 'id'>): Promise<Sheet>
  remove(id: number): Promise<boolean>
  decide(override: Override): Promise<void>
  /** Back to what the sheets say. */
  forget(key: string, instrument: number): Promise<void>
}

export async function createSheets(db: ControlDatabase): Promise<Sheets> {
  const rows = await db.selectFrom('price_sheet').selectAll().orderBy('id').execute()
  const held = new Map(rows.map((row) => [row.id, JSON.parse(row.sheet) as Sheet]))
  let revision = 0
  let nextId = 1 + Math.max(0, ...held.keys())
  const decided = new Map<string, Override>()
  for (const row of await db.selectFrom('sheet_override').selectAll().execute())
    decided.set(`${row.key} ${row.instrument}`, { ...row, include: row.include === 1 })
  return {
    revision: () => revision,
    all: () => [...held.values()],
    overrides: () => [...decided.values()],
    async put(sheet) {
      const before = [...held.values()].find(({ name }) => name === sheet.name)
      const kept: Sheet = { ...sheet, id: nextId++ }
      await db.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('price_sheet').where('name', '=', sheet.name).execute()
        const row = { id: kept.id, name: sheet.name, sheet: JSON.stringify(kept) }
        await transaction.insertInto('price_sheet').values(row).execute()
      })
      if (before !== undefined) held.delete(before.id)
      held.set(kept.id, kept)
      revision++
      return kept
    },
    async remove(id) {
      await db.deleteFrom('price_sheet').where('id', '=', id).execute()
      revision++
      return held.delete(id)
    },
    async decide(override) {
      const row = { ...override, include: override.include ? 1 : 0 }
      await db
        .insertInto('sheet_override')
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(['key', 'instrument']).doUpdateSet({ include: row.include, reason: row.reason }),
        )
        .execute()
      decided.set(`${override.key} ${override.instrument}`, override)
      revision++
    },
    async forget(key, instrument) {
      await db
        .deleteFrom('sheet_override')
        .where('key', '=', key)
        .where('instrument', '=', instrument)
        .execute()
      decided.delete(`${key} ${instrument}`)
      revision++
    },
  }
}
