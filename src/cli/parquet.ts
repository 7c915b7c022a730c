import { z } from 'zod'
import { decimalOut, timeOut } from '../wire/decimal.ts'
import type { Columns } from './export-columns.ts'
import { Fault } from './session.ts'

/** Not among our dependencies: 70 MB that only an analyst needs. So what we use of it is told here. */
type DuckDb = {
  DuckDBInstance: {
    create(path: string, options: Record<string, string>): Promise<DuckDbInstance>
  }
}
type DuckDbInstance = {
  connect(): Promise<{ run(sql: string): Promise<{ rowsChanged: number }>; closeSync(): void }>
  closeSync(): void
}

const PACKAGE = '@duckdb/node-api'

/** The release that the tests ran with. */
const RELEASE = '1.5.6-r.1'

/** A decimal of an answer has up to 15 digits before the point and 9 behind it: all of them fit. */
const DECIMAL_TYPE = 'DECIMAL(24,9)'

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'

/** DuckDB, or one line that says how to install it. `name` is for tests. */
export async function loadDuckDb(name: string = PACKAGE): Promise<DuckDb> {
  try {
    return (await import(name)) as DuckDb
  } catch (error) {
    if (isMissing(error))
      throw new Fault(`Parquet needs DuckDB: npm install --no-save ${PACKAGE}@${RELEASE} (or export to .csv)`)
    throw new Fault(`DuckDB cannot be loaded: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const named = (name: string): string => `"${name.replaceAll('"', '""')}"`
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A path in which nothing stands for other paths. */
const literalPath = (path: string): string => quoted(path.replaceAll(/[*?[]/g, '[$&]'))

/**
 * The type of a column. Money, prices and quantities are exact decimals, never floating point; times are UTC.
 * What has no type of its own, an id among them, is text.
 */
export function typeOf(cell: z.core.$ZodType | undefined): string {
  if (cell instanceof z.ZodNullable) return typeOf(cell.unwrap())
  if (cell === decimalOut) return DECIMAL_TYPE
  if (cell === timeOut) return 'TIMESTAMP'
  if (cell instanceof z.ZodNumber) return cell.isInt ? 'BIGINT' : 'DOUBLE'
  if (cell instanceof z.ZodBoolean) return 'BOOLEAN'
  if (cell instanceof z.ZodObject) {
    const parts = Object.entries(cell.shape as Columns).map(
      ([name, part]) => `${named(name)} ${typeOf(part)}`,
    )
    return `STRUCT(${parts.join(', ')})`
  }
  return 'VARCHAR'
}

/**
 * Writes a CSV file of ours as Parquet, and returns the number of rows. A column that this release does not
 * know, of a newer exchange, is text.
 */
export async function writeParquet(
  { DuckDBInstance }: DuckDb,
  files: { csv: string; parquet: string },
  head: readonly string[],
  columns: Columns,
): Promise<number> {
  const types = head.map((name) => `${quoted(name)}: ${quoted(typeOf(columns[name]))}`)
  const settings = `header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', nullstr = ''`
  const rows = `read_csv(${literalPath(files.csv)}, ${settings}, parallel = false, columns = {${types.join(', ')}})`
  // Nothing is fetched: CSV and Parquet are built in.
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  try {
    const connection = await instance.connect()
    try {
      const done = await connection.run(
        `COPY (SELECT * FROM ${rows}) TO ${quoted(files.parquet)} (FORMAT parquet)`,
      )
      return done.rowsChanged
    } catch (error) {
      const [line] = (error instanceof Error ? error.message : String(error)).split('\n')
      throw new Fault(`DuckDB cannot write it: ${line}`)
    } finally {
      connection.closeSync()
    }
  } finally {
    instance.closeSync()
  }
}
