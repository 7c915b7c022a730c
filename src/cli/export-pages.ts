import type { Query } from '../client/transport.ts'
import { createTransport } from '../client/transport.ts'
import type { ExportName } from './export-lists.ts'
import { EXPORT_LISTS } from './export-lists.ts'
import type { Session } from './session.ts'
import { Fault } from './session.ts'

/** What is asked for: which list, whose, and narrowed how. */
export type Question = { what: ExportName; name: string; query: Query; limit: number | undefined }

/** A page of CSV: the line of column names, and its records, each with its line end. */
export type CsvPage = { head: string; records: readonly string[] }

/** Rows of one page: the most that the API gives. */
const PAGE_ROWS = 1_000

/** One record and its line end. A quoted cell may hold line ends itself. */
const RECORD = /(?:"[^"]*"|[^"\r])*\r\n/g

const firstCell = (record: string): string => record.slice(0, record.search(/[,\r]/))

type Read = (query: Query) => Promise<CsvPage>

/** The list goes on after the last id, until a page is empty. */
async function* pagesById(read: Read, { query, limit }: Question): AsyncGenerator<CsvPage, void> {
  let left = limit ?? Infinity
  let after: string | undefined
  do {
    const page = await read({ ...query, after, limit: Math.min(left, PAGE_ROWS) })
    yield page
    left -= page.records.length
    const last = page.records.at(-1)
    after = last === undefined ? undefined : firstCell(last)
  } while (after !== undefined && left > 0)
}

/** The hours go on with the hour after the last, up to the end of the span. */
async function* pagesByHour(
  read: Read,
  { query }: Question,
  { client }: Session,
): AsyncGenerator<CsvPage, void> {
  const { hour_seconds: seconds, end } = await client.indices.list()
  const to = String(query.to ?? end)
  let { from } = query
  do {
    const page = await read({ ...query, from, to })
    yield page
    const last = page.records.at(-1)
    from = last && new Date(Date.parse(firstCell(last)) + seconds * 1_000).toISOString()
  } while (from !== undefined && Date.parse(from) < Date.parse(to))
}

/** The CSV of a question, page by page; the first page tells the columns even where there are no rows. */
export function csvPages(
  session: Session,
  question: Question,
  signal: AbortSignal,
): AsyncGenerator<CsvPage, void> {
  const { what, name, query, limit } = question
  const { path, pages } = EXPORT_LISTS[what]
  const transport = createTransport({ baseUrl: session.url, key: session.key })
  const read: Read = async (asked) => {
    const headers = { accept: 'text/csv, application/problem+json' }
    const response = await transport.open('GET', path(name), { query: asked, headers, signal })
    const text = await response.text()
    const [head = '', ...records] = text.match(RECORD) ?? []
    if (head === '' || head.length + records.join('').length !== text.length)
      throw new Fault('the answer is not CSV: is that the exchange?')
    return { head, records }
  }
  if (pages === 'by id') return pagesById(read, question)
  if (pages === 'by hour') return pagesByHour(read, question, session)
  return (async function* () {
    yield await read(pages === 'one' ? query : { ...query, limit: limit ?? pages.rows })
  })()
}
