import { scenario } from './scenario.ts'

const QUOTES = `
  acme deposits 90.00
  acme issues 40
  acme asks 1 @ 1.00       -> rests #1
  acme asks 2 @ 1.02       -> rests #2
  acme asks 5 @ 1.04       -> rests #3
  alice deposits 90.00
  bob deposits 90.00
`

scenario(
  'P-10 a stop-limit order waits outside the book with its whole hold, and enters once a trade reaches it',
  `${QUOTES}
  alice bids 2 @ 1.05 once 1.02 -> waits #4
  alice has                -> 87.8958 free, 2.1042 held
  the bids are             -> none
  bob bids 1 @ 1.00        -> trades 1 @ 1.00 with #1, #1 filled, #5 filled
  bob bids 1 @ 1.02        -> trades 1 @ 1.02 with #2, #6 filled, #4 is reached at 1.02,
    trades 1 @ 1.02 with #2, #2 filled, trades 1 @ 1.04 with #3, #4 filled
`,
)

scenario(
  'P-20 a stop order takes at most the protection through its stop price, and what it cannot fill is cancelled',
  `${QUOTES}
  alice buys 9 once 1.00   -> waits #4
  alice has                -> 80.5311 free, 9.4689 held
  bob bids 1 @ 1.00        -> trades 1 @ 1.00 with #1, #1 filled, #5 filled, #4 is reached at 1.00,
    trades 2 @ 1.02 with #2, #2 filled, trades 5 @ 1.04 with #3, #3 filled, #4 canceled: ioc_remainder
`,
)

scenario(
  'P-30 the stop price that was reached first goes first, of equals the older; what they trade reaches others',
  `${QUOTES}
  alice bids 1 @ 1.05 once 1.04 -> waits #4
  alice bids 1 @ 1.05 once 1.02 -> waits #5
  alice bids 2 @ 1.05 once 1.00 -> waits #6
  alice bids 1 @ 1.05 once 1.00 -> waits #7
  bob bids 1 @ 1.00        -> trades 1 @ 1.00 with #1, #1 filled, #8 filled,
    #6 is reached at 1.00, trades 2 @ 1.02 with #2, #2 filled, #6 filled,
    #7 is reached at 1.02, trades 1 @ 1.04 with #3, #7 filled,
    #5 is reached at 1.04, trades 1 @ 1.04 with #3, #5 filled,
    #4 is reached at 1.04, trades 1 @ 1.04 with #3, #4 filled
`,
)

scenario(
  'P-40 a sale waits for a price from above, and holds its units',
  `${QUOTES}
  alice bids 3 @ 1.02      -> trades 1 @ 1.00 with #1, #1 filled, trades 2 @ 1.02 with #2,
    #2 filled, #4 filled
  alice sells 2 once 0.99  -> waits #5
  alice holds              -> 1 free, 2 for sale
  bob bids 3 @ 0.99        -> rests #6
  alice asks 1 @ 0.99      -> trades 1 @ 0.99 with #6, #7 filled, #5 is reached at 0.99,
    trades 2 @ 0.99 with #6,
    #6 filled, #5 filled
`,
)

scenario(
  'P-50 it is cancelled and ends like any other',
  `${QUOTES}
  alice bids 2 @ 1.05 once 1.02 -> waits #4
  alice cancels #4         -> #4 canceled: user
  alice has                -> 90.00 free, 0.00 held
  alice bids 2 @ 1.05 once 1.02, till 09:30 -> waits #5
  it is 09:30              -> #5 expired: expired
`,
)

scenario(
  'P-60 a price that has been reached is not waited for, and a stop that names no limit has no price',
  `${QUOTES}
  bob bids 1 @ 1.00        -> trades 1 @ 1.00 with #1, #1 filled, #4 filled
  alice bids 2 @ 1.05 once 1.00 -> no: stop_already_reached
  alice buys 2 at most 1.05 once 1.02 -> no: stop_terms
`,
)

scenario(
  'P-70 a sale that waits closes at the sweep with those that stand: its units leave trading',
  `${QUOTES}
  alice bids 1 @ 1.00      -> trades 1 @ 1.00 with #1, #1 filled, #4 filled
  alice sells 1 once 0.99  -> waits #5
  it is 12:00
  alice holds              -> 0 free, 0 for sale
`,
)

scenario(
  'P-80 where fees were raised while it waited, and there is nothing to pay them with, it ends',
  `
  acme deposits 90.00
  acme issues 40
  acme asks 4 @ 1.00       -> rests #1
  alice deposits 2.004
  alice bids 2 @ 1.00 once 1.00 -> waits #2
  fees are 0 and 40 bps
  bob deposits 9.00
  bob bids 1 @ 1.00        -> trades 1 @ 1.00 with #1, #3 filled, #2 is reached at 1.00,
    #2 canceled: insufficient_funds
  alice has                -> 2.004 free, 0.00 held
`,
)

scenario(
  'P-90 it is amended while it waits: less keeps its place among those of its stop price, anything else loses it',
  `${QUOTES}
  alice bids 2 @ 1.05 once 1.00 -> waits #4
  alice bids 1 @ 1.05 once 1.00 -> waits #5
  alice amends #4 to 1     -> #4 keeps its place
  alice amends #4 @ 1.10   -> #4 loses its place
  alice has                -> 87.8457 free, 2.1543 held
  bob bids 1 @ 1.00        -> trades 1 @ 1.00 with #1, #1 filled, #6 filled,
    #5 is reached at 1.00, trades 1 @ 1.02 with #2, #5 filled,
    #4 is reached at 1.02, trades 1 @ 1.02 with #2, #2 filled, #4 filled
`,
)

scenario(
  'P-100 its stop price may change too; one that names no limit takes the protection from the new one',
  `${QUOTES}
  alice buys 2 once 1.02   -> waits #4
  alice has                -> 87.85572 free, 2.14428 held
  alice amends #4 once 1.04 -> #4 loses its place
  alice has                -> 87.81564 free, 2.18436 held
  alice amends #4 @ 1.20   -> no: stop_terms
  bob bids 1 @ 1.00        -> trades 1 @ 1.00 with #1, #1 filled, #5 filled
  alice amends #4 once 1.00 -> no: stop_already_reached
  alice bids 1 @ 0.90      -> rests #6
  alice amends #6 once 0.95 -> no: stop_terms
`,
)

scenario(
  'P-110 it enters as what it is: IOC takes what it can, FOK all or nothing, post-only adds or ends, or slides',
  `${QUOTES}
  alice bids 4 @ 1.02 once 1.00, ioc -> waits #4
  alice bids 9 @ 1.05 once 1.00, fok -> waits #5
  alice bids 1 @ 1.05 once 1.00, post-only -> waits #6
  alice bids 1 @ 1.05 once 1.00, slide -> waits #7
  bob bids 1 @ 1.00        -> trades 1 @ 1.00 with #1, #1 filled, #8 filled,
    #4 is reached at 1.00, trades 2 @ 1.02 with #2, #2 filled, #4 canceled: ioc_remainder,
    #5 is reached at 1.02, #5 canceled: fok_unfilled,
    #6 is reached at 1.02, #6 canceled: post_only,
    #7 is reached at 1.02, rests #7
  the bids are             -> #7 1 @ 1.03
`,
)

scenario(
  'P-120 reduce-only is measured when it enters: a buy-back takes what is owed by then, and ends where nothing is',
  `${QUOTES}
  alice bids 3 @ 1.02      -> trades 1 @ 1.00 with #1, #1 filled, trades 2 @ 1.02 with #2, #2 filled, #4 filled
  acme cancels everything  -> #3 canceled: mass_cancel
  acme buys 3 once 1.05, reduce-only -> waits #5
  acme bids 1 @ 1.08 once 1.05, ioc, reduce-only -> waits #6
  alice asks 2 @ 1.03      -> rests #7
  acme bids 2 @ 1.03       -> trades 2 @ 1.03 with #7, #7 filled, #8 filled
  alice asks 1 @ 1.05      -> rests #9
  bolt deposits 90.00
  bolt issues 9
  bolt asks 9 @ 1.06       -> rests #10
  bob bids 1 @ 1.05        -> trades 1 @ 1.05 with #9, #9 filled, #11 filled,
    #5 is reached at 1.05, #5 reduced by 2, trades 1 @ 1.06 with #10, #5 filled,
    #6 is reached at 1.06, #6 canceled: reduce_only
`,
)
