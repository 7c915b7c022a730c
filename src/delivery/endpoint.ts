import { lookup as resolve } from 'node:dns'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { DialectName } from '../dialect/dialect.ts'

/** Where a supplier answers, as the operator's store unseals it for a call. */
export type Endpoint = {
  /** Without the path of the operation: `https://models.example.com/v1`. */
  baseUrl: string
  dialect: DialectName
  apiKey: string | null
  model: string
  headers: Readonly<Record<string, string>>
}

/** Which addresses suppliers may have. Ports count only where private addresses are refused. */
export type EndpointPolicy = { allowPrivate: boolean; ports: readonly number[] }

export const PUBLIC_ENDPOINTS: EndpointPolicy = { allowPrivate: false, ports: [443] }

/** The addresses that a venue lets others name, by its own setting. */
export const endpointPolicy = (settings: { allowPrivateSuppliers: boolean }): EndpointPolicy => ({
  ...PUBLIC_ENDPOINTS,
  allowPrivate: settings.allowPrivateSuppliers,
})

/** Names that never leave the machine or its network, whatever they resolve to. */
const LOCAL_NAME = /^(localhost|[^.]+|.*\.(localhost|local|internal|intranet|lan|home|corp|arpa))\.?$/i

const PRIVATE_RANGES: ReadonlySet<string> = new Set(['unicast', 'loopback', 'private', 'uniqueLocal'])

/**
 * Whether a supplier may be reached at this address. Anything but plain public unicast is refused by default.
 */
export function addressAllowed(address: string, policy: EndpointPolicy): boolean {
  if (!ipaddr.isValid(address)) return false
  const range = ipaddr.process(address).range()
  return policy.allowPrivate ? PRIVATE_RANGES.has(range) : range === 'unicast'
}

/** The address inside a URL's host, if it is one rather than a name. */
function literalOf(url: URL): string | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return ipaddr.isValid(host) ? host : undefined
}

/**
 * What is wrong with a supplier's base URL, in words, or nothing. Names are checked again at every
 * connection.
 */
export function endpointFault(text: string, policy: EndpointPolicy): string | undefined {
  if (!URL.canParse(text)) return 'not a URL'
  const url = new URL(text)
  const open = policy.allowPrivate
  if (url.protocol !== 'https:' && !(open && url.protocol === 'http:')) return 'only https is accepted'
  if (url.username !== '' || url.password !== '') return 'a URL with credentials is refused'
  if (url.search !== '' || url.hash !== '') return 'a base URL has no query and no fragment'
  const port = url.port === '' ? 443 : Number(url.port)
  if (!open && !policy.ports.includes(port)) return `port ${port} is not accepted`
  const address = literalOf(url)
  if (address !== undefined) return addressAllowed(address, policy) ? undefined : 'this address is refused'
  if (!open && LOCAL_NAME.test(url.hostname)) return 'a local name is refused'
  return undefined
}

/**
 * Resolves a name for a connection and refuses it if any of its addresses is forbidden. The connection goes
 * to the address that was checked, so a name that changes its mind gains nothing.
 */
export const guardedLookup =
  (policy: EndpointPolicy, lookup: typeof resolve = resolve): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const first = addresses?.[0]
      if (error) return callback(error, '', 0)
      if (first === undefined || !addresses.every(({ address }) => addressAllowed(address, policy)))
        return callback(forbidden(), '', 0)
      if (options.all === true) return callback(null, addresses)
      return callback(null, first.address, first.family)
    })
  }

function forbidden(): NodeJS.ErrnoException {
  return Object.assign(new Error('the name resolves to a forbidden address'), { code: ENDPOINT_FORBIDDEN })
}

/** Code of the error that a connection to a forbidden address ends with. */
export const ENDPOINT_FORBIDDEN = 'BUSBAR_ENDPOINT_FORBIDDEN'
