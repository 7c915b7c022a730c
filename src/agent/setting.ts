type Said = { says: string; needed?: true }
type NumberField = Said & { kind: 'number'; least: number; most: number; default?: number }
type TextField = Said & { kind: 'text'; form: RegExp; default?: string }

/** One setting of an agent: what it means, its bounds or its form, and its value where none is given. */
export type Field = NumberField | TextField
export type Fields = Readonly<Record<string, Field>>

type ValueOf<One extends Field> = One extends { kind: 'number' } ? number : string
/** The values of a table of settings. One without a default that was left out is absent. */
export type SettingsOf<Table extends Fields> = {
  [Name in keyof Table as Table[Name] extends { default: unknown } | { needed: true }
    ? Name
    : never]: ValueOf<Table[Name]>
} & {
  [Name in keyof Table as Table[Name] extends { default: unknown } | { needed: true }
    ? never
    : Name]?: ValueOf<Table[Name]>
}

/** A grade as the exchange takes it. */
export const GRADE = /^[A-Za-z][A-Za-z0-9_-]*([/-]USD)?$/

/** A setting that cannot be used: its name and what it must be. */
export class SettingFault extends Error {
  override name = 'SettingFault'
}

const boundsOf = (field: Field): string =>
  field.kind === 'number'
    ? `a number from ${field.least} to ${field.most}`
    : `text of the form ${field.form.source.replace(/^\^|\$$/g, '')}`

function valueOf(name: string, field: Field, given: unknown): number | string {
  const isText = typeof given === 'string'
  if (field.kind === 'text') {
    if (isText && field.form.test(given)) return given
  } else {
    const value = isText && /^-?\d+(\.\d+)?$/.test(given) ? Number(given) : given
    if (typeof value === 'number' && value >= field.least && value <= field.most) return value
  }
  throw new SettingFault(`${name} must be ${boundsOf(field)}, not ${JSON.stringify(given)}`)
}

/** Reads settings by their table. Throws `SettingFault` on one that is unknown, missing or out of bounds. */
export function readSettings<Table extends Fields>(
  table: Table,
  given: Readonly<Record<string, unknown>>,
): SettingsOf<Table> {
  for (const name of Object.keys(given))
    if (!Object.hasOwn(table, name))
      throw new SettingFault(`${name} is no setting; there are ${Object.keys(table).join(', ')}`)
  const values: Record<string, number | string> = {}
  for (const [name, field] of Object.entries(table)) {
    const value = given[name] ?? field.default
    if (value !== undefined) values[name] = valueOf(name, field, value)
    else if ('needed' in field) throw new SettingFault(`${name} is missing: ${field.says}`)
  }
  return values as SettingsOf<Table>
}
