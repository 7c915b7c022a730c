import { scenario } from './scenario.ts'

const SUPPLY = `
  acme deposits 90.00
  acme issues 40
  alice deposits 90.00
  bob deposits 90.00
`

scenario(
  'B-10 an all-or-none order trades whole at once, or waits outside the book with its whole hold',
  `${SUPPLY}
  acme asks 3 @ 1.00       -> rests #1
  alice bids 3 @ 1.00 whole -> trades 3 @ 1.00 with #1, #1 filled, #2 filled
  alice bids 3 @ 1.00 whole -> waits #3
  the bids are             -> none
  alice has                -> 83.988 free, 3.006 held
`,
)

scenario(
  'B-20 it enters as soon as the book fills all of it, at the prices of those that stand there',
  `${SUPPLY}
  alice bids 4 @ 1.02 whole -> waits #1
  acme asks 3 @ 1.00       -> rests #2
  acme asks 1 @ 1.03       -> rests #3
  acme asks 2 @ 1.02       -> rests #4, #1 enters, trades 3 @ 1.00 with #2, #2 filled,
    trades 1 @ 1.02 with #4, #1 filled
  alice has                -> 85.97196 free, 0.00 held
`,
)

scenario(
  'B-30 nobody else trades with it while it waits, whatever its limit: it shows nothing and has no place',
  `${SUPPLY}
  alice bids 4 @ 1.05 whole -> waits #1
  acme asks 1 @ 1.00       -> rests #2
  bob bids 1 @ 1.00        -> trades 1 @ 1.00 with #2, #2 filled, #3 filled
  acme sells 1             -> no: no_liquidity
`,
)

scenario(
  'B-40 of several the best limit goes first, then the one that came first; one that is too large lets others by',
  `${SUPPLY}
  alice bids 2 @ 1.00 whole -> waits #1
  bob bids 2 @ 1.00 whole  -> waits #2
  bob bids 2 @ 1.01 whole  -> waits #3
  alice bids 9 @ 1.05 whole -> waits #4
  acme asks 4 @ 1.00       -> rests #5, #3 enters, trades 2 @ 1.00 with #5, #3 filled,
    #1 enters, trades 2 @ 1.00 with #5, #5 filled, #1 filled
`,
)

scenario(
  'B-50 it counts what icebergs hide, and not its own member: there it waits',
  `${SUPPLY}
  acme asks 4 @ 1.00 showing 1 -> rests #1
  acme/2 deposits 9.00
  acme/2 bids 1 @ 1.00 whole -> waits #2
  alice bids 4 @ 1.00 whole -> trades 1 @ 1.00 with #1, rests #1, trades 1 @ 1.00 with #1, rests #1,
    trades 1 @ 1.00 with #1, rests #1, trades 1 @ 1.00 with #1, #1 filled, #3 filled
`,
)

scenario(
  'B-60 it is amended, cancelled and ends like any other; amended to less, or further, it may be filled at once',
  `${SUPPLY}
  acme asks 2 @ 1.00       -> rests #1
  alice bids 4 @ 1.00 whole -> waits #2
  alice bids 1 @ 0.99 whole, till 09:30 -> waits #3
  alice amends #2 to 3     -> #2 keeps its place
  alice amends #2 to 2     -> #2 keeps its place, #2 enters, trades 2 @ 1.00 with #1, #1 filled, #2 filled
  alice amends #3 @ 1.01   -> #3 loses its place
  alice amends #3 @ 1.50   -> no: price_outside_band
  it is 09:30              -> #3 expired: expired
  alice bids 1 @ 1.00 whole -> waits #4
  alice cancels everything -> #4 canceled: mass_cancel
  alice has                -> 87.996 free, 0.00 held
`,
)

scenario(
  'B-70 it is a limit order that waits, and shows nothing',
  `${SUPPLY}
  alice bids 2 @ 1.00 whole, ioc -> no: all_or_none_terms
  alice bids 2 @ 1.00 whole, post-only -> no: all_or_none_terms
  alice bids 2 @ 1.00 whole, showing 1 -> no: display_terms
`,
)

scenario(
  'B-80 a call does not collect it; it waits through calls and halts, and enters when the market is open',
  `${SUPPLY}
  alice bids 2 @ 1.00 whole -> waits #1
  a call auction of 5 min  -> now auction
  bob bids 2 @ 1.00 whole  -> no: market_in_auction
  acme asks 2 @ 1.00       -> rests #2
  5 min pass               -> nobody meets, now open, #1 enters, trades 2 @ 1.00 with #2, #2 filled, #1 filled
`,
)

scenario(
  'B-90 one account has at most ten of them waiting in a market',
  `
  alice deposits 90.00
  ${'alice bids 1 @ 0.90 whole\n'.repeat(10)}
  alice bids 1 @ 0.90 whole -> no: all_or_none_limit
`,
)
