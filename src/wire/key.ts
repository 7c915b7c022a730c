import { z } from 'zod'
import type { MandateId } from '../base/ids.ts'
import { timeOut } from './decimal.ts'
import { idIn, idOut } from './id.ts'
import { label } from './label.ts'

export const SCOPES = [
  'account:read',
  'trade:place',
  'trade:cancel',
  'transfer',
  'keys:manage',
  'supply:manage',
  'inference:consume',
  'risk:admin',
  'drop_copy',
] as const

/** What a key may do. */
export const scope = z.enum(SCOPES)
export type Scope = z.infer<typeof scope>

/**
 * `bearer` is shown as a secret; `hmac` signs with it; `ed25519` signs with a key pair of which we hold the
 * public half.
 */
export const keyKind = z.enum(['bearer', 'hmac', 'ed25519'])

export const keyRequest = z.strictObject({
  name: label(64),
  kind: keyKind.default('bearer'),
  scopes: z.array(scope).min(1).max(SCOPES.length),
  mandate: idIn<MandateId>('mandate').optional(),
  /** Addresses or CIDR ranges that may use the key; empty: any. */
  ip_allowlist: z.array(z.string().max(64)).max(32).default([]),
  /** Seconds until the key stops working; absent: never. */
  expires_in: z.number().int().min(1).max(315_360_000).optional(),
  /** Base64 of the 32 raw bytes of an Ed25519 public key. */
  public_key: z
    .string()
    .regex(/^[A-Za-z0-9+/]{43}=$/)
    .optional(),
})

export const key = z
  .object({
    id: z.string().meta({ examples: ['key_7'] }),
    name: z.string(),
    kind: keyKind,
    prefix: z.string(),
    scopes: z.array(scope),
    mandate: idOut('mandate').nullable(),
    ip_allowlist: z.array(z.string()),
    created_at: timeOut,
    expires_at: timeOut.nullable(),
    revoked_at: timeOut.nullable(),
  })
  .meta({ id: 'Key' })

/** The secret of a new key, shown this once. Null for Ed25519, whose secret we never see. */
export const newKey = key.extend({ secret: z.string().nullable() })
export const keys = z.object({ data: z.array(key) })
export const keyPath = z.strictObject({ id: z.string().regex(/^key_[1-9]\d{0,14}$/) })

export type KeyRequest = z.input<typeof keyRequest>
export type KeyOut = z.infer<typeof key>
