import { scenario } from './scenario.ts'

scenario(
  'A-10 a call collects orders without a trade, and ends at the one price that trades most',
  `
  acme deposits 10.00
  acme issues 10
  bob deposits 10.00
  alice deposits 10.00
  a call auction of 5 min  -> now auction
  acme asks 3 @ 0.95       -> rests #1
  acme asks 3 @ 1.01       -> rests #2
  alice bids 4 @ 1.02      -> rests #3
  bob bids 2 @ 0.97        -> rests #4
  the asks are             -> #1 3 @ 0.95, #2 3 @ 1.01
  the bids are             -> #3 4 @ 1.02, #4 2 @ 0.97
  5 min pass               -> trades 3 @ 1.01 with #1, #1 filled, trades 1 @ 1.01 with #2, #3 filled,
                              call of 4 @ 1.01, -2 left over, now open
  the asks are             -> #2 2 @ 1.01
  the bids are             -> #4 2 @ 0.97
`,
)

scenario(
  'A-20 both sides pay the auction fee, money and escrow move at the uniform price, and holds are given back',
  `
  fees are 0 and 100 bps
  acme deposits 10.00
  acme issues 10
  alice deposits 10.00
  a call auction of 5 min
  acme asks 2 @ 0.90       -> rests #1
  alice bids 2 @ 1.10      -> rests #2
  alice has                -> 7.778 free, 2.222 held
  5 min pass               -> trades 2 @ 1.00 with #1, #1 filled, #2 filled, call of 2 @ 1.00, 0 left over, now open
  alice has                -> 7.98 free, 0.00 held
  escrow is                -> 2.00
  the venue has earned     -> 0.04
`,
)

scenario(
  'A-30 nothing is refused for crossing in a call but what cannot wait: no market order, no IOC, no post-only',
  `
  alice deposits 10.00
  a call auction of 5 min
  alice buys 1             -> no: market_in_auction
  alice bids 1 @ 1.00 ioc  -> no: market_in_auction
  alice bids 1 @ 1.00 fok  -> no: market_in_auction
  alice bids 1 @ 1.00 post-only -> no: market_in_auction
  alice bids 1 @ 1.00      -> rests #1
  alice amends #1 @ 1.05   -> #1 loses its place, rests #1
  alice cancels #1         -> #1 canceled: user
`,
)

scenario(
  'A-40 a call keeps no two orders of one member that cross, so nobody meets itself when it ends',
  `
  acme deposits 10.00
  acme issues 10
  a call auction of 5 min
  acme asks 2 @ 0.95       -> rests #1
  acme bids 1 @ 1.00       -> #2 canceled: self_trade
  acme bids 1 @ 0.94       -> rests #3
  5 min pass               -> nobody meets, now open
`,
)

scenario(
  'A-50 a halt in a call trades nothing; resuming ends the call',
  `
  acme deposits 10.00
  acme issues 10
  alice deposits 10.00
  a call auction of 5 min
  acme asks 2 @ 0.95       -> rests #1
  alice bids 2 @ 1.05      -> rests #2
  the market is halted     -> now halted
  5 min pass
  the market is resumed    -> trades 2 @ 1.00 with #1, #1 filled, #2 filled, call of 2 @ 1.00, 0 left over, now open
`,
)
