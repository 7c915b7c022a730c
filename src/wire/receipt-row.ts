import type { Receipt } from './receipt.ts'

/** Columns of the export, in their order: the receipt as it is signed, its tokenizer by name and hash. */
export const RECEIPT_COLUMNS = [
  'id',
  'request_id',
  'seq',
  'settled_at',
  'instrument',
  'account',
  'mandate',
  'supplier',
  'model',
  'verdict',
  'finish_reason',
  'attempts',
  'tokenizer_name',
  'tokenizer_sha256',
  'input_tokens',
  'cached_input_tokens',
  'output_tokens',
  'first_token_us',
  'generation_us',
  'claimed_input_tokens',
  'claimed_output_tokens',
  'claim_fits',
  'units',
  'price',
  'cost',
  'refund',
  'prompt_sha256',
  'output_sha256',
  'version',
  'public_key',
  'signature',
] as const

/** One receipt as a row of the export. Nothing is left out: the receipt can be put together again. */
export const receiptRow = ({ tokenizer, ...flat }: Receipt) => ({
  ...flat,
  tokenizer_name: tokenizer.name,
  tokenizer_sha256: tokenizer.sha256,
})
