import { scenario } from './scenario.ts'

scenario(
  'H-10 a bid holds its whole cost and the highest fee until it is cancelled',
  `
  alice deposits 10.00
  alice bids 5 @ 1.10      -> rests #1
  alice has                -> 4.489 free, 5.511 held
  alice cancels #1         -> #1 canceled: user
  alice has                -> 10.00 free, 0.00 held
`,
)

scenario(
  'H-20 a bid that cannot be paid for, fee included, leaves no trace',
  `
  alice deposits 5.51
  alice bids 5 @ 1.10      -> no: insufficient_funds
  alice has                -> 5.51 free, 0.00 held
  the bids are             -> none
  alice deposits 0.001
  alice bids 5 @ 1.10      -> rests #1
`,
)

scenario(
  'H-30 what fills at a better price is held for what it costs, and the rest at its limit',
  `
  acme deposits 10.00
  acme issues 10
  acme asks 2 @ 1.00       -> rests #1
  alice deposits 10.00
  alice bids 5 @ 1.10      -> trades 2 @ 1.00 with #1, #1 filled, rests #2
  alice has                -> 4.6894 free, 3.3066 held
  alice holds              -> 2 free, 0 for sale
`,
)

scenario(
  'H-40 a sale holds the units, and lets them go again when it ends',
  `
  acme deposits 10.00
  acme issues 10
  acme asks 4 @ 1.00       -> rests #1
  acme holds               -> 6 free, 4 for sale
  acme asks 7 @ 1.10       -> no: insufficient_units
  acme cancels #1          -> #1 canceled: user
  acme holds               -> 10 free, 0 for sale
`,
)

scenario(
  'H-50 a seller that owes units holds the highest fee, and what its price falls short of the bond reference',
  `
  acme deposits 10.00
  acme issues 10           -> issued 10, bond 1.00
  acme asks 5 @ 0.90       -> rests #1
  acme has                 -> 8.491 free, 0.509 held
  acme cancels #1          -> #1 canceled: user
  acme asks 5 @ 1.00       -> rests #2
  acme has                 -> 8.99 free, 0.01 held
`,
)

scenario(
  'H-60 a seller that owes nothing holds no cash: its fee comes out of the sale',
  `
  acme deposits 10.00
  acme issues 10
  acme asks 5 @ 1.00       -> rests #1
  alice deposits 5.01
  alice buys 5             -> trades 5 @ 1.00 with #1, #1 filled, #2 filled
  alice has                -> 0.00 free, 0.00 held
  bob deposits 10.00
  bob bids 5 @ 1.00        -> rests #3
  alice sells 5            -> trades 5 @ 1.00 with #3, #3 filled, #4 filled
  alice has                -> 4.99 free, 0.00 held
`,
)

scenario(
  'H-70 nobody can cancel or amend a stranger’s order',
  `
  alice deposits 10.00
  alice bids 1 @ 1.00      -> rests #1
  mallory cancels #1       -> no: order_not_found
  mallory amends #1 to 2   -> no: order_not_found
  alice cancels #2         -> no: order_not_found
  the bids are             -> #1 1 @ 1.00
`,
)

scenario(
  'H-80 cash behind an order cannot be withdrawn, and nobody withdraws what they do not have',
  `
  alice deposits 3.00
  alice bids 2 @ 1.00
  alice withdraws 1.00     -> no: insufficient_funds
  alice withdraws 0.996    -> cash.withdrawn
  alice has                -> 0.00 free, 2.004 held
  alice withdraws 0.00     -> no: amount_not_positive
  alice deposits -1.00     -> no: amount_not_positive
`,
)

scenario(
  'H-90 reasons are tested in their published order',
  `
  alice bids 0 at no price -> no: quantity_not_positive
  alice bids 1 at no price -> no: price_missing
  alice bids 1 @ -1.00     -> no: price_not_positive
  alice bids 1 @ 1.00 post-only, ioc -> no: post_only_needs_gtc_limit
  the market is halted
  alice bids 1 @ 101.00    -> no: market_halted
  the market is resumed
  alice bids 2000 @ 101.00 -> no: price_above_maximum
  alice bids 2000 @ 5.00   -> no: quantity_above_maximum
  alice bids 1 @ 5.00      -> no: price_outside_band
  alice bids 1 @ 1.00 fok  -> no: fok_unfillable
  alice buys 1             -> no: no_liquidity
  alice bids 1 @ 1.00      -> no: insufficient_funds
  alice asks 1 @ 1.00      -> no: insufficient_units
`,
)
