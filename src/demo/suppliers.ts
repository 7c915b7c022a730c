import type { InstrumentOut } from '../wire/instrument.ts'
import type { ModelProfile } from './completion.ts'
import type { PostedModel } from './posted-price.ts'

type Task = Exclude<InstrumentOut['spec']['task'], 'embeddings'>
type Tier = 'standard' | 'prime' | 'max'

/**
 * A sample model: how it behaves, which grades it is offered for, and whose posted price its cost starts
 * from.
 */
export type SampleModel = {
  name: string
  tier: Tier
  tasks: readonly Task[]
  priced: PostedModel
  profile: ModelProfile
}

/** An invented supplier. Nothing but the posted prices is a fact. */
export type Supplier = {
  name: string
  disclosed: boolean
  /** What serving costs, as a share of the low posted price of the same kind of model. */
  costShare: number
  /** Asked above the fair value at the best ask, as a share of it. */
  premium: number
  models: readonly SampleModel[]
}

const ALL: readonly Task[] = ['text', 'code', 'agent']

const profile = (seed: number, of: Omit<ModelProfile, 'seed'>): ModelProfile => ({ seed, ...of })

/** Five suppliers of different speed, price, quality and reliability. Every grade has two of them. */
export const suppliers: readonly Supplier[] = [
  {
    name: 'Northwind Compute',
    disclosed: true,
    costShare: 0.7,
    premium: 0.009,
    models: [
      {
        name: 'northwind-swift',
        tier: 'standard',
        tasks: ALL,
        priced: 'gpt-oss-120b',
        profile: profile(11, {
          firstTokenMs: 140,
          tokensPerSecond: 320,
          jitter: 0.15,
          errorRate: 0.002,
          ability: 0,
        }),
      },
    ],
  },
  {
    name: 'Harbor Cloud',
    disclosed: true,
    costShare: 0.6,
    premium: 0.012,
    models: [
      {
        name: 'harbor-light',
        tier: 'standard',
        tasks: ['text', 'code'],
        priced: 'gemma-4-31b',
        profile: profile(21, {
          firstTokenMs: 240,
          tokensPerSecond: 260,
          jitter: 0.1,
          errorRate: 0.001,
          ability: 0.1,
        }),
      },
      {
        name: 'harbor-broad',
        tier: 'prime',
        tasks: ['text', 'agent'],
        priced: 'minimax-m3',
        profile: profile(22, {
          firstTokenMs: 420,
          tokensPerSecond: 150,
          jitter: 0.1,
          errorRate: 0.001,
          ability: 1.15,
        }),
      },
    ],
  },
  {
    name: 'Tidal Inference',
    disclosed: true,
    costShare: 0.55,
    premium: 0.007,
    models: [
      {
        name: 'tidal-express',
        tier: 'standard',
        tasks: ['agent'],
        priced: 'gpt-oss-120b',
        profile: profile(31, {
          firstTokenMs: 90,
          tokensPerSecond: 380,
          jitter: 0.25,
          errorRate: 0.005,
          ability: -0.05,
        }),
      },
      {
        name: 'tidal-prime',
        tier: 'prime',
        tasks: ALL,
        priced: 'deepseek-v4-pro',
        profile: profile(32, {
          firstTokenMs: 300,
          tokensPerSecond: 180,
          jitter: 0.25,
          errorRate: 0.005,
          ability: 1.05,
        }),
      },
    ],
  },
  {
    name: 'Alpenglow AI',
    disclosed: true,
    costShare: 0.65,
    premium: 0.011,
    models: [
      {
        name: 'alpenglow-code',
        tier: 'prime',
        tasks: ['code'],
        priced: 'minimax-m3',
        profile: profile(41, {
          firstTokenMs: 380,
          tokensPerSecond: 140,
          jitter: 0.1,
          errorRate: 0.003,
          ability: 1.15,
        }),
      },
      {
        name: 'alpenglow-summit',
        tier: 'max',
        tasks: ALL,
        priced: 'kimi-k2.6',
        profile: profile(42, {
          firstTokenMs: 620,
          tokensPerSecond: 100,
          jitter: 0.12,
          errorRate: 0.003,
          ability: 2.1,
        }),
      },
    ],
  },
  {
    name: 'Meridian Labs',
    disclosed: false,
    costShare: 0.6,
    premium: 0.015,
    models: [
      {
        name: 'meridian-max',
        tier: 'max',
        tasks: ALL,
        priced: 'glm-5.2',
        profile: profile(51, {
          firstTokenMs: 520,
          tokensPerSecond: 120,
          jitter: 0.08,
          errorRate: 0.0005,
          ability: 2.3,
        }),
      },
    ],
  },
]

/** The models that a supplier offers for a grade. */
export const modelsFor = (supplier: Supplier, { model }: InstrumentOut): SampleModel[] =>
  supplier.models.filter(({ tier, tasks }) => tasks.some((task) => model === `${task}-${tier}`))
