import type { Command } from '../state/command.ts'
import { amend } from './naive-amend.ts'
import type { NaiveMarket } from './naive-book.ts'
import { close, closeAll, find } from './naive-book.ts'
import { runOut } from './naive-due.ts'
import { follow } from './naive-waiting.ts'
import type { NaiveRules } from './naive-limit.ts'
import { no } from './naive-limit.ts'
import { place } from './naive-place.ts'
import { moveTo } from './naive-status.ts'

/** Applies a trading command at a time and says what happened, a line per event (naive-line.ts). */
export const applyNaively = (
  market: NaiveMarket,
  rules: NaiveRules,
  command: Command,
  at: number,
): string[] => {
  market.now = at
  market.lot = rules.spec.lot
  return [...runOut(market, rules, at), ...perform(market, rules, command, at), ...follow(market, rules, at)]
}

function perform(market: NaiveMarket, rules: NaiveRules, command: Command, at: number): string[] {
  switch (command.kind) {
    case 'order.place':
      return place(market, rules, command, at)
    case 'order.amend':
      return amend(market, rules, command, at)
    case 'order.cancel': {
      const order = find(market, command.order)
      if (order === undefined || order.account !== command.account) return no('order_not_found')
      return [close(market, order, 'user')]
    }
    case 'order.cancel_all':
      return closeAll(
        market,
        'mass_cancel',
        (order) =>
          order.account === command.account &&
          (command.side === null || order.side === command.side) &&
          (command.group === undefined || order.group === command.group),
      )
    case 'group.create': {
      const { account, limit, window, freeze } = command
      market.groups.push({ account, limit, window, freeze, frozenUntil: 0, isOpen: true, fills: [] })
      return ['group.created']
    }
    case 'group.close': {
      const group = market.groups[command.group - 1]
      if (group === undefined || !group.isOpen) return no('group_not_found')
      group.isOpen = false
      return ['group.closed', ...closeAll(market, 'group_closed', (order) => order.group === command.group)]
    }
    case 'cancel_timer.set':
      if (command.after === 0) market.timers.delete(command.account)
      else market.timers.set(command.account, at + command.after)
      return ['cancel_timer.set']
    case 'instrument.transition':
      return moveTo(market, rules.spec, command.to)
    default:
      throw new Error(`the twin only trades: ${command.kind}`)
  }
}
