import { scenario } from './scenario.ts'

const QUOTES = `
  acme deposits 90.00
  acme issues 40
  alice deposits 90.00
  bob deposits 90.00
  acme asks 3 @ 1.00       -> rests #1
  takers wait 10 ms
`

scenario(
  'D-10 an order that would trade at once waits first, holding what it may cost; makers do not',
  `${QUOTES}
  alice bids 2 @ 1.02      -> waits #2
  alice has                -> 87.95592 free, 2.04408 held
  acme asks 1 @ 1.01       -> rests #3
  bob bids 1 @ 0.98        -> rests #4
  10 ms pass               -> #2 enters, trades 2 @ 1.00 with #1, #2 filled
`,
)

scenario(
  'D-20 makers may leave meanwhile: what the delayed order then finds is what it gets',
  `${QUOTES}
  alice bids 2 @ 1.00      -> waits #2
  bob buys 2               -> waits #3
  alice bids 2 @ 1.00 fok  -> waits #4
  acme cancels #1          -> #1 canceled: user
  10 ms pass               -> #2 enters, rests #2, #3 enters, #3 canceled: ioc_remainder, #4 enters,
    #4 canceled: fok_unfilled
`,
)

scenario(
  'D-30 takers enter in the order in which they came, and before whatever is done after their time',
  `${QUOTES}
  alice bids 2 @ 1.00      -> waits #2
  4 ms pass
  bob bids 2 @ 1.00        -> waits #3
  10 ms pass               -> #2 enters, trades 2 @ 1.00 with #1, #2 filled,
    #3 enters, trades 1 @ 1.00 with #1, #1 filled, rests #3
`,
)

scenario(
  'D-40 it can be cancelled while it waits, and not amended',
  `${QUOTES}
  alice bids 2 @ 1.00      -> waits #2
  alice amends #2 to 1     -> no: order_pending
  alice cancels #2         -> #2 canceled: user
  10 ms pass               ->
  alice has                -> 90.00 free, 0.00 held
`,
)

scenario(
  'D-50 no way around: an amendment that would trade, a stop that is reached and a block that can be filled wait too',
  `${QUOTES}
  alice bids 1 @ 0.99      -> rests #2
  alice amends #2 @ 1.00   -> #2 loses its place, waits #2
  bob bids 4 @ 1.00 whole  -> waits #3
  bob buys 1 once 1.00     -> waits #4
  acme asks 2 @ 1.00       -> rests #5, #3 enters, waits #3
  5 ms pass
  10 ms pass               -> #2 enters, trades 1 @ 1.00 with #1, #2 filled, #4 is reached at 1.00, waits #4,
    #3 enters, trades 2 @ 1.00 with #1, #1 filled, trades 2 @ 1.00 with #5, #5 filled, #3 filled
  10 ms pass               -> #4 enters, #4 canceled: ioc_remainder
`,
)

scenario(
  'D-60 where the market does not take it when its time comes it ends; a call collects it',
  `${QUOTES}
  alice bids 2 @ 1.00      -> waits #2
  the market is halted
  10 ms pass               -> #2 enters, #2 canceled: market_state
  the market is open
  alice bids 2 @ 1.00      -> waits #3
  alice buys 1             -> waits #4
  a call auction of 5 min
  10 ms pass               -> #3 enters, rests #3, #4 enters, #4 canceled: market_state
  5 min pass               -> trades 2 @ 1.00 with #1, #3 filled, call of 2 @ 1.00, -1 left over, now open
`,
)

scenario(
  'D-70 what cannot take at all is refused at once, as without a delay',
  `${QUOTES}
  alice bids 4 @ 1.00 fok  -> no: fok_unfillable
  alice bids 1 @ 1.00 post-only -> no: post_only_would_cross
  alice bids 1 @ 0.99 ioc  -> #2 canceled: ioc_remainder
`,
)
