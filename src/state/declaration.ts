import type { AccountId } from '../base/ids.ts'

/**
 * What may be declared on the record. `use`: whether an account's inference is used up or made into
 * inference; `cost`: what delivering a grade costs; `human_gdp`: a figure to hold Machine GDP against.
 */
export type Topic = 'use' | 'cost' | 'human_gdp'

/**
 * A statement that somebody answers for, with its source. It moves nothing in the engine: folds read it, so
 * that numbers which rest on it can be told again from the journal.
 */
export type Declaration = {
  account: AccountId
  topic: Topic
  /** Of what: an account, an instrument. */
  subject: string
  /** Canonical JSON. */
  body: string
  source: string
}

export type DeclarationCommand = { kind: 'declaration.make' } & Declaration
export type DeclarationEvent = { kind: 'declaration.made' } & Declaration
