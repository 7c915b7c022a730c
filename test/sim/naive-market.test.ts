import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveTwice } from '../../src/sim/twins.ts'

test('book and matching say and do what their plain twin says and does, command for command', () => {
  const seen = new Map<string, number>()
  for (let seed = 1; seed <= 12; seed++)
    for (const [word, times] of liveTwice({ seed, commands: 1_500, auditEvery: 1 }))
      seen.set(word, (seen.get(word) ?? 0) + times)
  const expected = [
    'trade n with n: n @ n',
    'rested n n @ n',
    'prevented n with n: n @ n',
    'reduced n by n',
    'amended n n @ n, kept',
    'amended n n @ n, lost',
    'closed n filled, n left, rested',
    'closed n self_trade, n left',
    'closed n self_trade, n left, rested',
    'closed n ioc_remainder, n left',
    'closed n amended_below_filled, n left, rested',
    'closed n user, n left, rested',
    'closed n expired, n left, rested',
    'moved n with n: n @ n',
    'no: expiry_not_ahead',
    'closed n group_limit, n left, rested',
    'closed n group_closed, n left, rested',
    'closed n cancel_timer, n left, rested',
    'no: group_frozen',
    'waits n',
    'triggered n at n',
    'no: stop_already_reached',
    'enters n',
    'closed n fok_unfilled, n left',
    'closed n post_only, n left',
    'closed n market_state, n left',
    'no: all_or_none_terms',
    'no: display_terms',
    'no: display_out_of_bounds',
    'no: order_pending',
    'no: stop_terms',
    'no: expiry_unasked',
    'closed n user, n left',
    'no: group_not_found',
    'closed n mass_cancel, n left, rested',
    'status auction',
    'status volatility_auction',
    'uncrossed n @ n, n left',
    'no: market_in_auction',
    'no: market_post_only',
    'no: market_cancel_only',
    'no: market_halted',
    'no: fok_unfillable',
    'no: post_only_would_cross',
    'no: price_outside_band',
    'no: order_not_found',
  ]
  for (const word of expected) assert.ok((seen.get(word) ?? 0) > 0, `the days saw: ${word}`)
})
