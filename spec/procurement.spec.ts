import { scenario } from './scenario.ts'

const SUPPLY = `
  acme deposits 40.00
  acme issues 20
  acme asks 3 @ 1.00       -> rests #1
  acme asks 3 @ 1.10       -> rests #2
  alice deposits 40.00
  bob deposits 40.00
`

scenario(
  'Q-10 what is short is bought where the book allows it, and bid for where it does not',
  `${SUPPLY}
  alice keeps 5, buying at 1.05 -> keeps by 1, trades 3 @ 1.00 with #1, #1 filled, rests #3
  the bids are             -> #3 2 @ 1.05
  acme asks 4 @ 1.05       -> trades 2 @ 1.05 with #3, #3 filled, rests #4
`,
)

scenario(
  'Q-20 what is used or sold is bought again, and what comes in otherwise is not bid for',
  `${SUPPLY}
  alice keeps 3, buying at 1.00 -> keeps by 1, trades 3 @ 1.00 with #1, #1 filled, #3 filled
  alice asks 2 @ 1.02      -> rests #4
  bob bids 2 @ 1.02        -> trades 2 @ 1.02 with #4, #4 filled, #5 filled, rests #6
  alice bids 1 @ 1.10      -> trades 1 @ 1.10 with #2, #7 filled, #6 keeps its place
  the bids are             -> #6 1 @ 1.00
`,
)

scenario(
  'Q-30 what is spare is offered, and taken back when it is needed',
  `${SUPPLY}
  alice bids 3 @ 1.00      -> trades 3 @ 1.00 with #1, #1 filled, #3 filled
  alice keeps 1, buying at 0.90, selling at 1.05 -> keeps by 1, rests #4
  the asks are             -> #4 2 @ 1.05, #2 3 @ 1.10
  bob bids 1 @ 1.05        -> trades 1 @ 1.05 with #4, #5 filled
  the asks are             -> #4 1 @ 1.05, #2 3 @ 1.10
`,
)

scenario(
  'Q-40 it spends no more than its mandate, and goes on when it may again',
  `${SUPPLY}
  alice grants m1 2.01 an hour
  alice keeps 3, buying at 1.00, under m1 -> keeps by 1, trades 2 @ 1.00 with #1, #3 filled, buy held up: budget_exceeded
  alice has                -> 37.996 free, 0.00 held
  1 h pass
  alice deposits 1.00      -> cash.deposited, trades 1 @ 1.00 with #1, #1 filled, #4 filled, buy goes on
`,
)

scenario(
  'Q-50 in a market that is halted it waits, and goes on when the market does',
  `${SUPPLY}
  the market is halted
  alice keeps 3, buying at 1.00 -> keeps by 1, buy held up: market_halted
  the market is resumed    -> now open, trades 3 @ 1.00 with #1, #1 filled, #3 filled, buy goes on
`,
)

scenario(
  'Q-60 it ends when its owner says so, and what it bought stays',
  `${SUPPLY}
  alice keeps 5, buying at 1.00 -> keeps by 1, trades 3 @ 1.00 with #1, #1 filled, rests #3
  bob ends procurement 1   -> no: procurement_not_found
  alice ends procurement 1 -> #3 canceled: user, 1 ended
  alice ends procurement 1 -> no: procurement_not_found
  alice has                -> 36.994 free, 0.00 held
`,
)

scenario(
  'Q-70 one instrument has one procurement of an account, which sells above what it buys at',
  `${SUPPLY}
  alice keeps 0, buying at 1.00 -> no: quantity_not_positive
  alice keeps 1, buying at 1.00, selling at 1.00 -> no: procurement_prices_cross
  alice keeps 1, buying at 0.90
  alice keeps 2, buying at 0.95 -> no: procurement_exists
  bob keeps 2, buying at 0.95
`,
)

scenario(
  'Q-80 units that a sweep makes a lot are on hand until they expire; then they are bought again',
  `${SUPPLY}
  alice keeps 2, buying at 1.00 -> keeps by 1, trades 2 @ 1.00 with #1, #3 filled
  4 h pass                 -> #1 canceled: sweep, #2 canceled: sweep, redeemed 18, bond 1.80 freed, lot of 2 until 16:00
  acme asks 2 @ 1.00       -> no: insufficient_units
  4 h pass                 -> 2 expired, standby 2.00 less 0.01, rests #4
`,
)
