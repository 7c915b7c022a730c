import type { z } from 'zod'
import type { Scope } from '../wire/key.ts'
import type { Caller } from './caller.ts'
import type { Problem } from './problem.ts'
import type { RateClass } from './rate.ts'
import type { Venue } from './venue.ts'

export type { Caller } from './caller.ts'

/** One call of an operation, its parts parsed and checked. `caller` is null only where no scope is asked. */
export type Call<Path, Query, Body, Who> = {
  path: Path
  query: Query
  body: Body
  caller: Who
  requestId: string
}

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined

type Shape<Path, Query, Body, Answer extends z.ZodType> = {
  /** `order.place`: names the operation in OpenAPI, metrics and the SDK. */
  id: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `/v1/orders/{id}` */
  path: string
  tag: string
  summary: string
  params?: Path
  query?: Query
  body?: Body
  answer: Answer
  /** Where a good answer is a text that is not JSON. */
  media?: 'text/csv'
  /** Of a good answer; 200 unless said otherwise. */
  status?: 200 | 201 | 202
  /** Bytes of the largest body; 64 KiB unless said otherwise. */
  bodyMax?: number
  /** Which bucket it draws from: by default `read` for GET and `order` for the rest. */
  rate?: RateClass
  /** A body that works as it stands, shown in the documents. */
  example?: unknown
  /** Whether a repeat with the same `Idempotency-Key` gets the first answer. */
  idempotent?: boolean
}

/**
 * One thing the exchange can be asked, as every surface reads it: REST, the documents, the SDK, the fuzz
 * test.
 */
export type Operation = Shape<
  z.ZodType | undefined,
  z.ZodType | undefined,
  z.ZodType | undefined,
  z.ZodType
> & {
  scope: Scope | null
  run(venue: Venue, call: Call<unknown, unknown, unknown, Caller | null>): Promise<unknown>
}

/** An operation for whoever holds a key with `scope`. */
export function operation<
  Path extends z.ZodType | undefined,
  Query extends z.ZodType | undefined,
  Body extends z.ZodType | undefined,
  Answer extends z.ZodType,
>(
  shape: Shape<Path, Query, Body, Answer> & {
    scope: Scope
    run(
      venue: Venue,
      call: Call<Parsed<Path>, Parsed<Query>, Parsed<Body>, Caller>,
    ): Promise<z.input<Answer> | Problem>
  },
): Operation {
  return shape as unknown as Operation
}

/** An operation for everyone. */
export function publicOperation<
  Path extends z.ZodType | undefined,
  Query extends z.ZodType | undefined,
  Body extends z.ZodType | undefined,
  Answer extends z.ZodType,
>(
  shape: Shape<Path, Query, Body, Answer> & {
    run(
      venue: Venue,
      call: Call<Parsed<Path>, Parsed<Query>, Parsed<Body>, Caller | null>,
    ): Promise<z.input<Answer> | Problem>
  },
): Operation {
  return { ...shape, scope: null } as unknown as Operation
}
