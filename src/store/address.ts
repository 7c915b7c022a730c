import type { IPv4, IPv6 } from 'ipaddr.js'
import ipaddr from 'ipaddr.js'

/** A network of IP addresses: a base address and how many of its bits count. */
export type Network = readonly [base: IPv4 | IPv6, bits: number]

/** The network of a CIDR range or of one address, or `undefined` if the text is neither. */
export function parseNetwork(text: string): Network | undefined {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text)
  const address = parseAddress(text)
  return address && [address, address.kind() === 'ipv4' ? 32 : 128]
}

/** An address; an IPv4 address written in IPv6 counts as IPv4. */
const parseAddress = (text: string): IPv4 | IPv6 | undefined =>
  ipaddr.isValid(text) && !/^\d+$/.test(text) ? ipaddr.process(text) : undefined

/** Whether one of the networks holds the address. Text that is no address is held by none. */
export function holds(networks: readonly Network[], text: string): boolean {
  const address = parseAddress(text)
  return address !== undefined && networks.some((network) => covers(network, [address, 0], network[1]))
}

/** Whether every address of `inner` is one of `outer`. */
export const isWithin = (inner: Network, outer: Network): boolean =>
  inner[1] >= outer[1] && covers(outer, inner, outer[1])

function covers([base]: Network, [address]: Network, bits: number): boolean {
  if (base.kind() === 'ipv4') return address.kind() === 'ipv4' && (address as IPv4).match(base as IPv4, bits)
  return address.kind() === 'ipv6' && (address as IPv6).match(base as IPv6, bits)
}
