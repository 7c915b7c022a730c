import { scenario } from './scenario.ts'

scenario(
  'K-10 a kill switch cancels what rests and takes nothing new, until it is released',
  `
  acme deposits 20.00
  acme issues 10
  acme asks 2 @ 1.00       -> rests #1
  alice deposits 10.00
  alice bids 2 @ 0.90      -> rests #2
  bob deposits 10.00
  bob bids 2 @ 0.90        -> rests #3
  alice is stopped         -> account stopped, #2 canceled: kill_switch
  alice has                -> 10.00 free, 0.00 held
  alice buys 1             -> no: kill_switch
  bob buys 1               -> trades 1 @ 1.00 with #1, #4 filled
  alice is released        -> account released
  alice buys 1             -> trades 1 @ 1.00 with #1, #1 filled, #5 filled
`,
)

scenario(
  'K-20 one switch stops a market, another the whole venue',
  `
  alice deposits 10.00
  bob deposits 10.00
  alice bids 1 @ 0.90      -> rests #1
  bob bids 1 @ 0.90        -> rests #2
  the market is stopped    -> instrument stopped, #1 canceled: kill_switch, #2 canceled: kill_switch
  alice bids 1 @ 0.90      -> no: kill_switch
  the market is released   -> instrument released
  alice bids 1 @ 0.90      -> rests #3
  the venue is stopped     -> venue stopped, #3 canceled: kill_switch
  bob bids 1 @ 0.90        -> no: kill_switch
`,
)

scenario(
  'K-30 an account stays within its limits on open orders, their value and its position',
  `
  acme deposits 20.00
  acme issues 10
  acme asks 4 @ 1.00       -> rests #1
  alice deposits 20.00
  alice may have 2 open orders, 5 units, orders of 4.00 -> account.limited
  alice bids 5 @ 0.90      -> no: order_notional_limit
  alice bids 1 @ 0.90      -> rests #2
  alice bids 2 @ 0.91      -> rests #3
  alice bids 1 @ 0.92      -> no: open_order_limit
  alice buys 3             -> no: position_limit
  alice buys 2             -> trades 2 @ 1.00 with #1, #4 filled
  alice amends #2 to 2     -> no: position_limit
`,
)
