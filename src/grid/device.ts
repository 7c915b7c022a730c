import { createHash, randomBytes, randomInt } from 'node:crypto'
import type { Caller } from '../api/operation.ts'

/** How long a person has to answer, and how often the device may ask meanwhile. */
export const CODE_SECONDS = 600
export const INTERVAL_SECONDS = 5
/** Devices that may wait at once, in all and from one address. */
const WAITING_MOST = 5_000
const WAITING_PER_ADDRESS = 20
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'
const CODE_LENGTH = 8

/** What a device asks for, in its own words, and what became of it. */
export type Device = {
  userCode: string
  client: string
  /** Scopes in their words. */
  scopes: readonly string[]
  ip: string
  expiresAt: number
  interval: number
  askedAt: number
  /** Who approved it; null: refused; undefined: nobody has answered. */
  approver: Caller | null | undefined
}

/** What a device that asks is told, or the device whose turn it is to get its tokens. */
type Poll =
  | 'authorization_pending'
  | 'slow_down'
  | 'access_denied'
  | 'expired_token'
  | 'invalid_grant'
  | Device

/** Devices that wait for a person. In memory: whoever waits through a restart asks again. */
export type Devices = {
  /** A new pair of codes, or nothing where too many wait already. */
  begin(
    client: string,
    scopes: readonly string[],
    ip: string,
  ): { deviceCode: string; device: Device } | undefined
  /** The device that shows a code to its person, in whatever case and grouping they type it. */
  find(userCode: string): Device | undefined
  /** One question of a device. Whoever is approved or refused is forgotten with the answer. */
  poll(deviceCode: string, client: string): Poll
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64')
const plain = (userCode: string): string => userCode.toUpperCase().replace(/[^A-Z]/g, '')

function newUserCode(): string {
  let code = ''
  while (code.length < CODE_LENGTH) code += LETTERS.charAt(randomInt(LETTERS.length))
  return code
}

/** `now` in milliseconds. */
export function createDevices(now: () => number): Devices {
  const byDevice = new Map<string, Device>()
  const byUser = new Map<string, Device>()
  const forget = (hash: string, device: Device) => {
    byDevice.delete(hash)
    byUser.delete(device.userCode)
  }
  const forgetOld = () => {
    for (const [hash, device] of byDevice)
      if (device.expiresAt <= now() - CODE_SECONDS * 1_000) forget(hash, device)
  }
  return {
    begin(client, scopes, ip) {
      forgetOld()
      const waiting = [...byDevice.values()].filter((one) => one.ip === ip && one.expiresAt > now())
      if (byDevice.size >= WAITING_MOST || waiting.length >= WAITING_PER_ADDRESS) return undefined
      let userCode = newUserCode()
      while (byUser.has(userCode)) userCode = newUserCode()
      const deviceCode = randomBytes(32).toString('base64url')
      const expiresAt = now() + CODE_SECONDS * 1_000
      const asked = { interval: INTERVAL_SECONDS, askedAt: now(), approver: undefined }
      const device: Device = { userCode, client, scopes, ip, expiresAt, ...asked }
      byDevice.set(hashOf(deviceCode), device)
      byUser.set(userCode, device)
      return { deviceCode, device }
    },
    find(userCode) {
      const device = byUser.get(plain(userCode))
      return device === undefined || device.expiresAt <= now() ? undefined : device
    },
    poll(deviceCode, client) {
      const hash = hashOf(deviceCode)
      const device = byDevice.get(hash)
      if (device === undefined || device.client !== client) return 'invalid_grant'
      if (device.approver === undefined) return waitingPoll(device, now())
      forget(hash, device)
      if (device.approver === null) return 'access_denied'
      return device.expiresAt <= now() ? 'expired_token' : device
    },
  }
}

/** Whoever asks sooner than agreed is told to slow down, and has agreed to wait longer. */
function waitingPoll(device: Device, now: number): Poll {
  if (device.expiresAt <= now) return 'expired_token'
  const isEarly = now - device.askedAt < device.interval * 1_000
  device.askedAt = now
  if (!isEarly) return 'authorization_pending'
  device.interval += 5
  return 'slow_down'
}
