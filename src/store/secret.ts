import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'

/** What a sealed secret is for. Each purpose has a wrapping key of its own. */
export type Purpose = 'key-signing' | 'supplier-endpoint'

/** Seals secrets under the venue's master key, and draws other keys from it by name. */
export type Vault = {
  /** The sealed form of a secret, bound to its purpose and to `context`, the place it belongs to. */
  seal(purpose: Purpose, context: string, secret: string): string
  /**
   * The secret again. Throws `SealBroken` if it was altered, moved to another place, or sealed by another
   * key.
   */
  open(purpose: Purpose, context: string, sealed: string): string
  /** 32 bytes that always belong to this label and this master key. */
  derive(label: string): Buffer
}

/** A sealed secret does not open: it was altered or moved, or the master key is another one. */
export class SealBroken extends Error {
  override name = 'SealBroken'
}

/** The master key file cannot be used, in one line that says why. */
export class MasterKeyRefused extends Error {
  override name = 'MasterKeyRefused'
}

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const VERSION = 1

/**
 * The master key: 64 hexadecimal digits in a file that only its owner can read, created if there is none.
 * Throws
 * `MasterKeyRefused` where others may read it or where it is not such a key.
 */
export function loadMasterKey(path: string): Buffer {
  const made = createMasterKey(path)
  if (made !== undefined) return made
  const file = openSync(path, 'r')
  try {
    const mode = fstatSync(file).mode & 0o777
    if ((mode & 0o077) !== 0)
      throw new MasterKeyRefused(
        `master key ${path} is readable by others (mode ${mode.toString(8)}): chmod 600`,
      )
    const text = readFileSync(file, 'utf8').trim()
    if (!/^[0-9a-f]{64}$/i.test(text))
      throw new MasterKeyRefused(`master key ${path} is not 64 hexadecimal digits`)
    return Buffer.from(text, 'hex')
  } finally {
    closeSync(file)
  }
}

function createMasterKey(path: string): Buffer | undefined {
  let file: number
  try {
    file = openSync(path, 'wx', 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined
    const why = error instanceof Error ? error.message : String(error)
    throw new MasterKeyRefused(`master key ${path} cannot be made: ${why}`, { cause: error })
  }
  try {
    const key = randomBytes(KEY_BYTES)
    writeSync(file, `${key.toString('hex')}\n`)
    fsyncSync(file)
    return key
  } finally {
    closeSync(file)
  }
}

/**
 * Envelopes: each secret has a random key of its own, and that key is wrapped by one drawn from the master
 * key
 * for the purpose. Both layers are AES-256-GCM over the purpose and the context.
 *
 *     version 1 | nonce 12 | wrapped key 32 | tag 16 | nonce 12 | secret … | tag 16      in base64
 */
export function createVault(masterKey: Buffer): Vault {
  const derive = (label: string) =>
    Buffer.from(hkdfSync('sha256', masterKey, '', `busbar ${label}`, KEY_BYTES))
  const bound = (purpose: Purpose, context: string) =>
    Buffer.from(`busbar\0${VERSION}\0${purpose}\0${context}`)
  return {
    derive,
    seal(purpose, context, secret) {
      const own = randomBytes(KEY_BYTES)
      const about = bound(purpose, context)
      const wrapped = encrypt(derive(`seal ${purpose}`), about, own)
      const sealed = encrypt(own, about, Buffer.from(secret, 'utf8'))
      return Buffer.concat([Buffer.of(VERSION), wrapped, sealed]).toString('base64')
    },
    open(purpose, context, sealed) {
      const bytes = Buffer.from(sealed, 'base64')
      const split = 1 + NONCE_BYTES + KEY_BYTES + TAG_BYTES
      if (bytes[0] !== VERSION || bytes.length < split + NONCE_BYTES + TAG_BYTES)
        throw new SealBroken(`the sealed ${purpose} of ${context} is no envelope`)
      const about = bound(purpose, context)
      try {
        const own = decrypt(derive(`seal ${purpose}`), about, bytes.subarray(1, split))
        return decrypt(own, about, bytes.subarray(split)).toString('utf8')
      } catch (cause) {
        throw new SealBroken(`the sealed ${purpose} of ${context} does not open`, { cause })
      }
    },
  }
}

function encrypt(key: Buffer, about: Buffer, plain: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(about)
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Buffer, about: Buffer, box: Buffer): Buffer {
  const nonce = box.subarray(0, NONCE_BYTES)
  const tag = box.subarray(box.length - TAG_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(about).setAuthTag(tag)
  const body = box.subarray(NONCE_BYTES, box.length - TAG_BYTES)
  return Buffer.concat([decipher.update(body), decipher.final()])
}
