import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A text that agents can read. */
export type Document = { uri: string; name: string; title: string; description: string; text: string }

const SHELF = [
  ['agents', 'For agents', 'From nothing to a verified receipt, budgets, retries, errors.'],
  ['trading', 'The rules of trading', 'Orders, states of a market, auctions, protection, limits.'],
  ['buyers', 'For buyers', 'Two ways to pay, calling, what each surface carries.'],
  ['suppliers', 'For suppliers', 'Offers, qualification, issuance, bond, and what a miss costs.'],
  ['rejects', 'Refusals', 'Every code that a request can be refused with, and what to do.'],
  ['glossary', 'Glossary', 'The words of this market.'],
] as const

/**
 * The same for programs that read the web: `/llms.txt`, which says where to begin, and the guides that it
 * names.
 */
export const textsOf = (folder: string, shelf: readonly Document[]): ReadonlyMap<string, string> =>
  new Map([
    ['/llms.txt', readFileSync(join(folder, 'llms.txt'), 'utf8')],
    ...shelf.map(({ name, text }) => [`/docs/${name}.md`, text] as const),
  ])

/** The documents of a folder that agents are given, read once. */
export const openShelf = (folder: string): Document[] =>
  SHELF.map(([name, title, description]) => ({
    uri: `busbar://docs/${name}`,
    name,
    title,
    description,
    text: readFileSync(join(folder, `${name}.md`), 'utf8'),
  }))
