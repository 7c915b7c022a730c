import { scenario } from './scenario.ts'

scenario(
  'C-10 a move of more than a tenth stops continuous trading, and a call finds the price',
  `
  acme deposits 20.00
  acme issues 10
  acme asks 1 @ 1.00       -> rests #1
  acme asks 1 @ 1.10       -> rests #2
  acme asks 1 @ 1.11       -> rests #3
  alice deposits 10.00
  alice bids 4 @ 1.12      -> trades 1 @ 1.00 with #1, #1 filled, trades 1 @ 1.10 with #2, #2 filled,
                              now volatility_auction, rests #4
  bob deposits 10.00
  bob buys 1               -> no: market_in_auction
  acme asks 1 @ 1.08       -> rests #5
  2 min pass               -> trades 1 @ 1.11 with #4, #5 filled, trades 1 @ 1.11 with #3, #3 filled, #4 filled,
                              call of 2 @ 1.11, 0 left over, now open
`,
)

scenario(
  'C-20 who cannot wait is cut off at the edge of the corridor, and trading goes on',
  `
  acme deposits 20.00
  acme issues 10
  acme asks 1 @ 1.00       -> rests #1
  acme asks 1 @ 1.11       -> rests #2
  alice deposits 10.00
  alice bids 3 @ 1.15 ioc  -> trades 1 @ 1.00 with #1, #1 filled, #3 canceled: ioc_remainder
  alice bids 1 @ 1.15 fok  -> no: fok_unfillable
  alice buys 1             -> no: no_liquidity
  the asks are             -> #2 1 @ 1.11
`,
)

scenario(
  'C-30 five minutes after the last far price the corridor is drawn around the last price alone',
  `
  acme deposits 20.00
  acme issues 10
  acme asks 1 @ 1.00
  acme asks 1 @ 1.06
  acme asks 1 @ 1.15
  alice deposits 10.00
  alice buys 1             -> trades 1 @ 1.00 with #1, #1 filled, #4 filled
  alice bids 1 @ 1.06 ioc  -> trades 1 @ 1.06 with #2, #2 filled, #5 filled
  alice bids 1 @ 1.15 ioc  -> #6 canceled: ioc_remainder
  6 min pass
  alice bids 1 @ 1.15 ioc  -> trades 1 @ 1.15 with #3, #3 filled, #7 filled
`,
)

scenario(
  'C-40 an order is worth at least the smallest value of its market',
  `
  alice deposits 10.00
  orders are worth at least 2.00
  alice bids 1 @ 1.00      -> no: below_minimum_notional
  alice bids 2 @ 1.00      -> rests #1
  alice amends #1 @ 0.99   -> no: below_minimum_notional
`,
)
