import type { Micros } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { MICROS_PER_MS, nextOnGrid } from '../base/time.ts'
import { sha256Hex } from '../delivery/receipt.ts'
import type { Fixing } from '../index/fixing.ts'
import { dayFixingOf, FIXING_METHOD, fixingOf, inputsUsed } from '../index/fixing.ts'
import type { FixingCut } from '../market/fixing-window.ts'
import type { Market } from '../market/market.ts'
import type { Sequencer } from '../sequencer/sequencer.ts'
import type { FixingCommand } from '../state/fixing.ts'
import { canonicalJson } from '../wire/canonical-json.ts'

/** SHA-256 of the numbers of the method, which every print names. */
export const FIXING_METHODOLOGY = sha256Hex(canonicalJson(FIXING_METHOD))

/** Publishes what the market's fold has cut, one print after the other. */
export type FixingDesk = {
  /** Publishes everything that is due; returns how many prints that were. */
  publish(): Promise<number>
  /** Watches the clock and publishes by itself from now on. */
  start(): void
  stop(): Promise<void>
}

export type FixingDeskParts = {
  sequencer: Sequencer
  market: Market
  clock: () => Instant
  onFailure: (error: unknown) => void
}

/** The command that publishes a cut: price, rung, and the text it was computed from with its hash. */
export function printOf(cut: FixingCut): FixingCommand {
  const { instrument, at, hour, period } = cut
  const used = cut.period === 'hour' ? inputsUsed(cut.inputs) : { hours: cut.hours }
  const found: Fixing = cut.period === 'hour' ? fixingOf(cut.inputs) : dayFixingOf(cut.hours)
  const inputs = canonicalJson(used)
  return {
    kind: 'fixing.publish',
    instrument,
    period,
    at,
    hour,
    price: found.price as Micros | null,
    tier: found.tier,
    inputs,
    inputsRoot: sha256Hex(inputs),
    methodology: FIXING_METHODOLOGY,
    corrects: null,
  }
}

/** Long waits are cut, so that a clock that was set forward is noticed. */
const WAIT_MS_MAX = 60_000

export function createFixingDesk({ sequencer, market, clock, onFailure }: FixingDeskParts): FixingDesk {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<number> = Promise.resolve(0)
  let stopped = false

  async function publishAll(): Promise<number> {
    // Hours end when a command arrives after them. On a quiet market that command is this one.
    if (clock() >= nextOnGrid(sequencer.state.at, sequencer.state.settings.hour))
      await sequencer.ask({ kind: 'time.tick' })
    await sequencer.durable(sequencer.state.seq)
    let count = 0
    for (let cut = market.fixingCuts()[0]; cut !== undefined && !stopped; cut = market.fixingCuts()[0]) {
      const applied = await sequencer.ask(printOf(cut))
      const refused = applied.events.find((event) => event.kind === 'command.rejected')
      if (refused?.kind === 'command.rejected') throw new Error(`a fixing was refused: ${refused.reason}`)
      count++
    }
    return count
  }

  const publish = (): Promise<number> => {
    running = running.then(publishAll)
    return running
  }

  const arm = (): void => {
    if (stopped) return
    const next = nextOnGrid(clock(), sequencer.state.settings.hour)
    const wait = Math.min((next - clock()) / MICROS_PER_MS + 1, WAIT_MS_MAX)
    timer = setTimeout(() => {
      publish()
        .catch((error: unknown) => {
          running = Promise.resolve(0)
          if (!stopped) onFailure(error)
        })
        .finally(arm)
    }, wait)
    timer.unref()
  }

  return {
    publish,
    start() {
      publish().catch(onFailure)
      arm()
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running.catch(() => undefined)
    },
  }
}
