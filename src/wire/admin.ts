import { z } from 'zod'
import type { AccountId, MemberId } from '../base/ids.ts'
import { role } from './account.ts'
import { decimalIn, decimalOut } from './decimal.ts'
import { idIn, idOut } from './id.ts'
import { capability, task, vectorSpace } from './instrument.ts'
import { keyRequest } from './key.ts'
import { label } from './label.ts'

export const memberRequest = z.strictObject({ name: label(64) })
export const member = z
  .object({ id: idOut('member'), name: z.string(), seq: z.number().int() })
  .meta({ id: 'Member' })

export const accountRequest = z.strictObject({
  member: idIn<MemberId>('member'),
  name: label(64),
  roles: z.array(role).min(1).max(4),
})
export const openedAccount = z
  .object({
    id: idOut('account'),
    name: z.string(),
    member: idOut('member'),
    roles: z.array(role),
  })
  .meta({ id: 'OpenedAccount' })
export const openedAccounts = z.object({ data: z.array(openedAccount) })

/** A first key for somebody else's account. */
export const accountKeyRequest = keyRequest.extend({ account: idIn<AccountId>('account') })

/** The operator's numbered, audited adjustment of a balance. */
export const depositRequest = z.strictObject({
  account: idIn<AccountId>('account'),
  amount: decimalIn,
  reference: label(128),
})
export const deposit = z
  .object({
    account: idOut('account'),
    amount: decimalOut,
    reference: z.string(),
    available: decimalOut,
    seq: z.number().int(),
  })
  .meta({ id: 'Deposit' })

/** A new grade. Its units are counted with the tokenizer that the venue pins. */
export const listingRequest = z.strictObject({
  /** Lower-case words joined by hyphens: `support-prime`. */
  model: z
    .string()
    .max(48)
    .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/, 'lower-case words joined by hyphens'),
  name: label(64),
  task,
  /** Of embeddings, and only of them. */
  vectors: vectorSpace.optional(),
  intelligence_floor: z.number().min(0).max(1_000),
  latency_base_ms: z.number().int().min(1).max(600_000),
  latency_per_input_token_ms: z.number().min(0).max(1_000),
  throughput_floor: z.number().min(0).max(1_000_000),
  context_tokens: z.number().int().min(1).max(100_000_000),
  /** Of embeddings 0. */
  output_tokens_max: z.number().int().min(0).max(100_000_000),
  capabilities: z.array(capability).max(8).default([]),
  reliability: decimalIn.default('0.99'),
  weights: z
    .strictObject({ input: decimalIn, cached_input: decimalIn, output: decimalIn })
    .default({ input: '0.25', cached_input: '0.0625', output: '1' }),
  price_increment: decimalIn.default('0.0001'),
  quantity_increment: decimalIn.default('0.01'),
  window_seconds: z.number().int().min(60).max(604_800).default(14_400),
  /** Where the price starts, and the most that an order may name. */
  listing_price: decimalIn,
  price_max: decimalIn.default('400'),
  quantity_max: decimalIn.default('10000'),
})

export type DepositOut = z.infer<typeof deposit>
export type ListingRequest = z.input<typeof listingRequest>
