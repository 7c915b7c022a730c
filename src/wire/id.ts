import { z } from 'zod'

/**
 * Every public id is its kind and its number: `ord_12`. The number is the engine's own, in order of creation.
 */
const PREFIX = {
  member: 'mem',
  account: 'acc',
  offer: 'off',
  order: 'ord',
  trade: 'trd',
  lot: 'lot',
  delivery: 'del',
  mandate: 'mdt',
  group: 'grp',
  webhook: 'whk',
  fixing: 'fix',
  penalty: 'pen',
  procurement: 'prc',
  approval: 'apr',
} as const

export type IdKind = keyof typeof PREFIX

/** `ord_12` of 12. */
export const printId = (kind: IdKind, number: number): string => `${PREFIX[kind]}_${number}`

/** 12 of `ord_12`, or `undefined` if the text is no id of that kind. */
export function parseId(kind: IdKind, text: string): number | undefined {
  const prefix = `${PREFIX[kind]}_`
  if (!text.startsWith(prefix)) return undefined
  const digits = text.slice(prefix.length)
  if (!/^[1-9]\d{0,14}$/.test(digits)) return undefined
  return Number(digits)
}

/** A public id in an answer. */
export const idOut = (kind: IdKind) =>
  z
    .string()
    .regex(new RegExp(`^${PREFIX[kind]}_[1-9]\\d{0,14}$`))
    .meta({ examples: [printId(kind, 12)] })

/** A public id in a request, parsed to its number. */
export const idIn = <Id extends number>(kind: IdKind) =>
  idOut(kind).transform((text) => Number(text.slice(PREFIX[kind].length + 1)) as Id)
