import { scenario } from './scenario.ts'

scenario(
  'T-10 the better price trades first, and the older order at the same price',
  `
  acme deposits 10.00
  acme issues 10
  acme asks 1 @ 1.02
  acme asks 1 @ 1.01
  acme asks 1 @ 1.01
  alice deposits 10.00
  alice buys 3             -> trades 1 @ 1.01 with #2, #2 filled,
                              trades 1 @ 1.01 with #3, #3 filled,
                              trades 1 @ 1.02 with #1, #1 filled, #4 filled
`,
)

scenario(
  'T-20 a trade is at the resting order’s price: who waited is not worse off for it',
  `
  alice deposits 10.00
  alice bids 2 @ 1.10      -> rests #1
  acme deposits 10.00
  acme issues 10
  acme asks 1 @ 0.90       -> trades 1 @ 1.10 with #1, #2 filled
  the bids are             -> #1 1 @ 1.10
`,
)

scenario(
  'T-30 a post-only order never takes: it is refused where it would trade',
  `
  acme deposits 10.00
  acme issues 10
  acme asks 1 @ 1.05       -> rests #1
  alice deposits 10.00
  alice bids 1 @ 1.05 post-only -> no: post_only_would_cross
  alice bids 1 @ 1.04 post-only -> rests #2
  alice amends #2 @ 1.05   -> no: post_only_would_cross
  the bids are             -> #2 1 @ 1.04
`,
)

scenario(
  'T-40 immediate-or-cancel trades what it can and never rests',
  `
  acme deposits 10.00
  acme issues 10
  acme asks 2 @ 1.00
  alice deposits 10.00
  alice bids 5 @ 1.00 ioc  -> trades 2 @ 1.00 with #1, #1 filled, #2 canceled: ioc_remainder
  alice has                -> 7.996 free, 0.00 held
  alice bids 5 @ 1.00 ioc  -> #3 canceled: ioc_remainder
`,
)

scenario(
  'T-50 fill-or-kill trades all of itself or is refused',
  `
  acme deposits 10.00
  acme issues 10
  acme asks 2 @ 1.00
  acme asks 2 @ 1.02
  alice deposits 10.00
  alice bids 4 @ 1.01 fok  -> no: fok_unfillable
  alice bids 4 @ 1.02 fok  -> trades 2 @ 1.00 with #1, #1 filled,
                              trades 2 @ 1.02 with #2, #2 filled, #3 filled
`,
)

scenario(
  'T-60 a market order reaches 5 % through the best price and no further, or as far as it says itself',
  `
  acme deposits 20.00
  acme issues 20
  acme asks 1 @ 1.00
  acme asks 1 @ 1.05
  acme asks 1 @ 1.06
  alice deposits 10.00
  alice buys 1 at most 0.99 -> no: no_liquidity
  alice buys 3 at most 1.04 -> trades 1 @ 1.00 with #1, #1 filled, #4 canceled: ioc_remainder
  acme asks 1 @ 1.00
  alice buys 3             -> trades 1 @ 1.00 with #5, #5 filled,
                              trades 1 @ 1.05 with #2, #2 filled, #6 canceled: ioc_remainder
  the asks are             -> #3 1 @ 1.06
`,
)

scenario(
  'T-70 a price outside the band around the last trade is refused',
  `
  acme deposits 20.00
  acme issues 10
  acme asks 1 @ 1.21       -> no: price_outside_band
  acme asks 1 @ 0.79       -> no: price_outside_band
  acme asks 1 @ 1.20       -> rests #1
  alice deposits 10.00
  alice bids 1 @ 1.20      -> trades 1 @ 1.20 with #1, #1 filled, #2 filled
  acme asks 1 @ 1.44       -> rests #3
  acme asks 1 @ 0.95       -> no: price_outside_band
`,
)

scenario(
  'T-80 an amendment keeps its place if the price stays and the quantity is not raised',
  `
  alice deposits 20.00
  bob deposits 20.00
  alice bids 5 @ 1.00      -> rests #1
  bob bids 5 @ 1.00        -> rests #2
  alice amends #1 to 3     -> #1 keeps its place
  the bids are             -> #1 3 @ 1.00, #2 5 @ 1.00
  alice has                -> 16.994 free, 3.006 held
  alice amends #1 to 4     -> #1 loses its place, rests #1
  the bids are             -> #2 5 @ 1.00, #1 4 @ 1.00
  bob amends #2 @ 0.99     -> #2 loses its place, rests #2
  bob amends #2 @ 1.00     -> #2 loses its place, rests #2
  the bids are             -> #1 4 @ 1.00, #2 5 @ 1.00
`,
)

scenario(
  'T-90 the quantity of an amendment is the total, filled part included; at or below what is filled it ends',
  `
  alice deposits 20.00
  alice bids 5 @ 1.00
  acme deposits 10.00
  acme issues 10
  acme sells 2             -> trades 2 @ 1.00 with #1, #2 filled
  alice amends #1 to 4     -> #1 keeps its place
  the bids are             -> #1 2 @ 1.00
  alice amends #1 to 2     -> #1 canceled: amended_below_filled
  alice has                -> 18.00 free, 0.00 held
`,
)

scenario(
  'T-100 an order re-priced across the book trades on its way',
  `
  acme deposits 10.00
  acme issues 10
  acme asks 2 @ 1.05       -> rests #1
  alice deposits 10.00
  alice bids 3 @ 1.00      -> rests #2
  alice amends #2 @ 1.05   -> #2 loses its place, trades 2 @ 1.05 with #1, #1 filled, rests #2
  the bids are             -> #2 1 @ 1.05
  alice has                -> 6.8437 free, 1.0521 held
`,
)

scenario(
  'T-110 an amendment is refused as a whole if what it adds cannot be held',
  `
  alice deposits 3.00
  alice bids 2 @ 1.00      -> rests #1
  alice amends #1 to 3     -> no: insufficient_funds
  alice amends #1 to 0     -> no: quantity_not_positive
  alice amends #1 to nothing new -> no: nothing_to_amend
  alice amends #1 to 2000  -> no: quantity_above_maximum
  alice amends #1 @ 1.30   -> no: price_outside_band
  the bids are             -> #1 2 @ 1.00
  alice has                -> 0.996 free, 2.004 held
`,
)

scenario(
  'T-120 cancel-all takes every order of the account, or those of one side',
  `
  acme deposits 20.00
  acme issues 10
  acme asks 1 @ 1.10
  acme bids 1 @ 0.90
  acme bids 1 @ 0.91
  bob deposits 10.00
  bob bids 1 @ 0.90
  acme cancels all bids    -> #3 canceled: mass_cancel, #2 canceled: mass_cancel
  acme cancels everything  -> #1 canceled: mass_cancel
  the bids are             -> #4 1 @ 0.90
`,
)
