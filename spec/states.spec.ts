import { scenario } from './scenario.ts'

scenario(
  'V-30 a post-only market takes what rests, and nothing that would trade',
  `
  acme deposits 10.00
  acme issues 10
  acme asks 5 @ 1.00
  the market is post_only  -> now post_only
  alice deposits 20.00
  alice bids 1 @ 0.99      -> rests #2
  alice bids 1 @ 1.00      -> no: market_post_only
  alice buys 1             -> no: market_post_only
  alice amends #2 @ 1.00   -> no: market_post_only
  alice amends #2 @ 0.98   -> #2 loses its place, rests #2
  the market is open       -> now open
  alice buys 1             -> trades 1 @ 1.00 with #1, #3 filled
`,
)

scenario(
  'V-40 a cancel-only market takes cancels and reductions',
  `
  alice deposits 10.00
  alice bids 3 @ 1.00      -> rests #1
  the market is cancel_only -> now cancel_only
  alice bids 1 @ 1.00      -> no: market_cancel_only
  alice amends #1 @ 0.99   -> no: market_cancel_only
  alice amends #1 to 4     -> no: market_cancel_only
  alice amends #1 to 2     -> #1 keeps its place
  alice cancels #1         -> #1 canceled: user
`,
)

scenario(
  'V-50 closing cancels every order, and a closed market opens by a call or step by step',
  `
  alice deposits 10.00
  alice bids 3 @ 1.00      -> rests #1
  the market is closed     -> #1 canceled: instrument_closed, now closed
  alice has                -> 10.00 free, 0.00 held
  alice bids 3 @ 1.00      -> no: market_closed
  the market is open       -> no: transition_not_allowed
  a call auction of 2 min  -> now auction
  alice bids 3 @ 1.00      -> rests #2
  2 min pass               -> nobody meets, now open
`,
)
