import { z } from 'zod'
import type { OfferId } from '../base/ids.ts'
import { decimalIn, decimalOut, timeIn, timeOut } from './decimal.ts'
import { idIn, idOut } from './id.ts'
import { capability, instrumentIn, instrumentOut } from './instrument.ts'
import { label } from './label.ts'

const headerName = z.string().regex(/^[A-Za-z0-9-]{1,64}$/)
const headerValue = z
  .string()
  .max(1024)
  .regex(/^[\x20-\x7e]*$/, 'printable ASCII on one line')

const dialect = z.enum(['openai', 'anthropic', 'embeddings'])

/** Where and how a supplier answers. The key and the headers are sealed at rest and never shown again. */
export const endpointRequest = z.strictObject({
  base_url: z.url({ protocol: /^https?$/ }).max(512),
  api_key: z
    .string()
    .min(1)
    .max(512)
    .regex(/^[\x21-\x7e]+$/)
    .optional(),
  model: z.string().min(1).max(200),
  headers: z.record(headerName, headerValue).default({}),
  /** The language it speaks: chat completions, Anthropic's Messages, or OpenAI's embeddings. */
  dialect: dialect.default('openai'),
})

/** Such as `eu` or `us-east-1`. */
export const region = z
  .string()
  .max(32)
  .regex(/^[a-z]{2,12}(-[a-z0-9]{1,12}){0,3}$/, 'a region such as eu or us-east')

export const offerRequest = z.strictObject({
  name: label(64),
  endpoint: endpointRequest,
  /** Committed rate in units per minute: bounds the obligation that the offer can back. */
  rate: decimalIn,
  concurrency: z.number().int().min(1).max(10_000),
  capabilities: z.array(capability).max(8).default([]),
  context_tokens: z.number().int().min(1).max(10_000_000),
  /** Whether buyers see the supplier's name. */
  disclosed: z.boolean().default(true),
  /** Where requests are processed. Buyers may ask for a region; what is not declared is in none. */
  region: region.optional(),
  /** Declares that nothing of a request is kept once it is answered. */
  zero_retention: z.boolean().default(false),
  /** The model's name as buyers are told it on receipts; left out: not disclosed. */
  shown_model: label(64).optional(),
})

/** Left out, `starts_at` is now, and without `ends_at` it lasts until it is taken back. */
export const maintenanceRequest = z.strictObject({
  starts_at: timeIn.optional(),
  ends_at: timeIn.optional(),
})

/** Points an offer at another address, key or model. Its certificates stay: probes find out what changed. */
export const offerChange = z.strictObject({ endpoint: endpointRequest })

export const certificate = z.object({ instrument: instrumentOut, expires_at: timeOut })

export const offer = z
  .object({
    id: idOut('offer'),
    account: idOut('account'),
    name: z.string(),
    endpoint: z.object({
      base_url: z.string(),
      dialect,
      model: z.string(),
      api_key: z.string().nullable(),
    }),
    rate: decimalOut,
    concurrency: z.number().int(),
    capabilities: z.array(capability),
    context_tokens: z.number().int(),
    disclosed: z.boolean(),
    region: z.string().nullable(),
    zero_retention: z.boolean(),
    shown_model: z.string().nullable(),
    maintenance: z.object({ starts_at: timeOut, ends_at: timeOut.nullable() }).nullable(),
    status: z.enum(['active', 'suspended']),
    certificates: z.array(certificate),
    outstanding: decimalOut,
    seq: z.number().int(),
  })
  .meta({ id: 'Offer' })
export const offers = z.object({ data: z.array(offer), seq: z.number().int() })
export const offerPath = z.strictObject({ id: idIn<OfferId>('offer') })

/**
 * Measures an offer's endpoint against an instrument's spec. `brief` takes a tenth of the samples, where
 * allowed.
 */
export const qualificationRequest = z.strictObject({
  offer: idIn<OfferId>('offer'),
  instrument: instrumentIn,
  plan: z.enum(['full', 'brief']).default('full'),
})

export const measure = z.object({
  name: z.string(),
  measured: z.string(),
  required: z.string(),
  passed: z.boolean(),
})

/** What is asked, in order: pace, items, capabilities, a stop sequence, limits; of vectors, their space. */
const PHASES = ['paced', 'item', 'capability', 'stop', 'limit', 'context', 'space', 'filled'] as const

export const qualification = z
  .object({
    id: z.string().meta({ examples: ['qlf_3'] }),
    offer: idOut('offer'),
    instrument: instrumentOut,
    plan: z.enum(['full', 'brief']),
    status: z.enum(['running', 'passed', 'failed']),
    /** What is asked now; null: nothing yet, or no more. */
    phase: z.enum(PHASES).nullable(),
    done: z.number().int(),
    total: z.number().int(),
    /** Of those done, how many were answered as they should be. */
    samples_passed: z.number().int(),
    measures: z.array(measure),
    reason: z.string().nullable(),
    started_at: timeOut,
    finished_at: timeOut.nullable(),
    expires_at: timeOut.nullable(),
  })
  .meta({ id: 'Qualification' })
export const qualifications = z.object({ data: z.array(qualification) })
export const qualificationPath = z.strictObject({ id: z.string().regex(/^qlf_[1-9]\d{0,14}$/) })

export const issuanceRequest = z.strictObject({
  offer: idIn<OfferId>('offer'),
  instrument: instrumentIn,
  quantity: decimalIn,
})
export const redemptionRequest = z.strictObject({ instrument: instrumentIn, quantity: decimalIn })

export const issuance = z
  .object({
    instrument: instrumentOut,
    quantity: decimalOut,
    bond: decimalOut,
    obligation: decimalOut,
    seq: z.number().int(),
  })
  .meta({ id: 'Issuance' })

export type OfferRequest = z.input<typeof offerRequest>
export type MaintenanceRequest = z.input<typeof maintenanceRequest>
export type OfferOut = z.infer<typeof offer>
export type QualificationOut = z.infer<typeof qualification>
export type IssuanceOut = z.infer<typeof issuance>
