import { z } from 'zod'
import { timeOut } from '../wire/decimal.ts'
import { efficiencies } from './efficiency.ts'
import { fixing } from './fixing.ts'
import { indices, machineGdp } from './indices.ts'
import { intelligence } from './intelligence.ts'

/** One number as it is published; its row is what REST answers. */
export const indexPrint = z.discriminatedUnion('series', [
  z.object({ series: z.literal('fixing'), row: fixing }),
  z.object({ series: z.literal('indices'), row: indices }),
  z.object({ series: z.literal('machine_gdp'), row: machineGdp }),
  z.object({ series: z.literal('intelligence'), row: intelligence }),
  z.object({ series: z.literal('efficiency'), row: efficiencies }),
])

const seq = z.number().int()
const data = z.array(indexPrint)

/** The frames of the channel `index`: the last print of each series, then each new one. */
export const indexFrames = [
  z.object({
    type: z.literal('snapshot'),
    channel: z.literal('index'),
    seq,
    conflated: z.literal(true).optional(),
    data,
  }),
  z.object({
    type: z.literal('print'),
    channel: z.literal('index'),
    prev_seq: seq,
    seq,
    at: timeOut,
    data,
  }),
] as const

export type IndexPrint = z.infer<typeof indexPrint>
