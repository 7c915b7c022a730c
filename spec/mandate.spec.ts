import { scenario } from './scenario.ts'

scenario(
  'M-10 spent + reserved + worst case ≤ budget, or the order is refused',
  `
  alice deposits 100.00
  alice grants m1 5.01 a day
  alice bids 3 @ 1.00 under m1 -> rests #1
  m1 stands at             -> 0.00 spent, 3.006 reserved
  alice bids 3 @ 1.00 under m1 -> no: budget_exceeded
  alice bids 2 @ 1.00 under m1 -> rests #2
  m1 stands at             -> 0.00 spent, 5.01 reserved
  alice bids 1 @ 0.80 under m1 -> no: budget_exceeded
  alice cancels #1
  m1 stands at             -> 0.00 spent, 2.004 reserved
  alice bids 1 @ 0.80      -> rests #3
`,
)

scenario(
  'M-20 a fill turns reserved into spent, and what it did not cost comes back',
  `
  acme deposits 10.00
  acme issues 10
  acme asks 2 @ 0.90
  alice deposits 100.00
  alice grants m1 3.00 a day
  alice bids 3 @ 0.95 under m1 -> trades 2 @ 0.90 with #1, #1 filled, rests #2
  m1 stands at             -> 1.8036 spent, 0.9519 reserved
  alice cancels #2
  m1 stands at             -> 1.8036 spent, 0.00 reserved
`,
)

scenario(
  'M-30 a window’s budget is there again when the next window begins; a lifetime’s is not',
  `
  acme deposits 10.00
  acme issues 10
  acme asks 5 @ 1.00
  alice deposits 100.00
  alice grants m1 1.01 an hour, 2.01 lifetime
  alice buys 1 under m1    -> trades 1 @ 1.00 with #1, #2 filled
  alice buys 1 under m1    -> no: budget_exceeded
  1 h pass
  alice buys 1 under m1    -> trades 1 @ 1.00 with #1, #3 filled
  1 h pass
  alice buys 1 under m1    -> no: budget_exceeded
`,
)

scenario(
  'M-40 spending under a child counts on every mandate above it, and a child is never wider',
  `
  alice deposits 100.00
  alice grants m1 5.00 a day, buys only, up to 1.00
  alice grants m2 9.00 a day, buys only, below m1 -> no: mandate_wider_than_parent
  alice grants m3 3.00 a day, below m1 -> no: mandate_wider_than_parent
  alice grants m4 3.00 a day, buys only, up to 1.10, below m1 -> no: mandate_wider_than_parent
  alice grants m2 3.00 a day, buys only, below m1 -> mandate.granted
  alice grants m3 3.00 a day, buys only, below m1 -> mandate.granted
  alice bids 2 @ 1.00 under m2 -> rests #1
  alice bids 2 @ 1.00 under m3 -> rests #2
  alice bids 1 @ 1.00 under m3 -> no: budget_exceeded
  m1 stands at             -> 0.00 spent, 4.008 reserved
`,
)

scenario(
  'M-50 a mandate covers its markets, sides and prices, and ends at its expiry',
  `
  alice deposits 100.00
  alice grants m1 9.00 a day, buys only, up to 0.95, for an hour
  alice asks 1 @ 1.00 under m1 -> no: mandate_side
  alice bids 1 @ 1.00 under m1 -> no: mandate_price
  alice bids 1 @ 0.95 under m1 -> rests #1
  alice amends #1 @ 0.96   -> no: mandate_price
  alice grants m2 9.00 a day, no market
  alice bids 1 @ 0.95 under m2 -> no: mandate_instrument
  1 h pass
  alice bids 1 @ 0.95 under m1 -> no: mandate_expired
  alice grants m3 0.00 a day -> no: budget_not_positive
`,
)

scenario(
  'M-60 revoking a mandate cancels what was placed under it and below it, at once',
  `
  alice deposits 100.00
  alice grants m1 9.00 a day
  alice grants m2 9.00 a day, below m1
  alice bids 1 @ 1.00 under m2 -> rests #1
  alice bids 1 @ 0.99 under m1 -> rests #2
  alice bids 1 @ 0.98      -> rests #3
  bob revokes m1           -> no: mandate_not_found
  alice revokes m1         -> mandate.revoked, #2 canceled: mandate_revoked, #1 canceled: mandate_revoked
  alice bids 1 @ 1.00 under m2 -> no: mandate_revoked
  alice revokes m1         -> no: mandate_revoked
  the bids are             -> #3 1 @ 0.98
`,
)

scenario(
  'M-70 an amendment asks its mandate for what it adds, and the order budget for all of it',
  `
  alice deposits 100.00
  alice grants m1 4.01 an order, 5.01 a day
  alice bids 2 @ 1.00 under m1 -> rests #1
  alice amends #1 to 4     -> #1 loses its place, rests #1
  m1 stands at             -> 0.00 spent, 4.008 reserved
  alice amends #1 to 5     -> no: budget_exceeded
  alice bids 1 @ 1.00 under m1 -> rests #2
  alice amends #2 to 2     -> no: budget_exceeded
`,
)

scenario(
  'M-80 a key under a mandate amends only what was placed under it',
  `
  alice deposits 100.00
  alice grants m1 9.00 a day
  alice grants m2 9.00 a day, below m1
  alice bids 3 @ 1.00      -> rests #1
  alice bids 3 @ 0.99 under m2 -> rests #2
  alice amends #1 to 2 under m1 -> no: order_not_found
  alice amends #2 to 2 under m1 -> #2 keeps its place
`,
)

scenario(
  'M-90 a stranger’s mandate is not there',
  `
  alice deposits 10.00
  alice grants m1 9.00 a day
  bob deposits 10.00
  bob bids 1 @ 1.00 under m1 -> no: mandate_not_found
`,
)

scenario(
  'M-100 a budget is no larger than that of a longer window, its own or its parent’s; what is unnamed is inherited',
  `
  alice grants m1 5.00 an hour, 3.00 a day -> no: budget_windows
  alice grants m1 9.00 a week, 5.00 a month -> mandate.granted
  alice grants m2 6.00 a day, 5.00 a month, below m1 -> no: budget_windows
  alice grants m2 9.00 a day, below m1 -> no: mandate_wider_than_parent
  alice grants m2 5.00 a day, below m1 -> mandate.granted
  alice grants m3 2.00 an order, 1.00 lifetime -> no: budget_windows
`,
)

scenario(
  'M-110 a mandate ends at its time: what stands under it and below it is cancelled, and nothing is lent out of it',
  `
  alice deposits 100.00
  alice grants m1 9.00 a day, for an hour
  alice grants m2 9.00 a day, below m1
  alice grants m3 9.00 a day, for 2 hours, below m1 -> no: mandate_wider_than_parent
  alice bids 1 @ 1.00 under m2 -> rests #1
  alice bids 1 @ 0.99      -> rests #2
  1 h pass                 -> m1 is over, #1 canceled: mandate_expired
  m1 stands at             -> 0.00 spent, 0.00 reserved
  alice grants m3 1.00 a day, below m2 -> no: mandate_expired
  the bids are             -> #2 1 @ 0.99
`,
)

scenario(
  'M-120 prices are bound on both sides, absolutely and by the last fixing; without a fixing nothing passes',
  `
  acme deposits 10.00
  acme issues 9
  acme asks 3 @ 1.05
  alice deposits 100.00
  acme grants m1 sells only, no less than 0.95, no less than 99 % of the fixing
  alice grants m2 9.00 a day, up to 105 % of the fixing
  acme asks 1 @ 0.94 under m1 -> no: mandate_price
  acme asks 1 @ 1.00 under m1 -> no: fixing_missing
  alice bids 1 @ 0.90 under m2 -> no: fixing_missing
  1 h pass
  the hour is fixed at 1.00
  acme asks 1 @ 0.98 under m1 -> no: mandate_fixing
  acme asks 1 @ 1.10 under m1 -> rests #2
  alice bids 1 @ 1.06 under m2 -> no: mandate_fixing
  alice bids 1 @ 1.05 under m2 -> trades 1 @ 1.05 with #1, #3 filled
  alice bids 1 @ 0.99 under m2 -> rests #4
  alice amends #4 @ 1.06   -> no: mandate_fixing
  1 h pass
  the hour is fixed at 0.90
  alice bids 1 @ 0.95 under m2 -> no: mandate_fixing
  the bids are             -> #4 1 @ 0.99
`,
)

scenario(
  'M-130 a child’s bounds are never wider than its parent’s, whichever it is',
  `
  alice grants m1 5 open orders, 3 a minute, 10 units at most, suppliers of 95 points, above 1.00 by approval
  alice grants m2 6 open orders, below m1 -> no: mandate_wider_than_parent
  alice grants m2 4 a minute, below m1 -> no: mandate_wider_than_parent
  alice grants m2 11 units at most, below m1 -> no: mandate_wider_than_parent
  alice grants m2 suppliers of 90 points, below m1 -> no: mandate_wider_than_parent
  alice grants m2 above 1.01 by approval, below m1 -> no: mandate_wider_than_parent
  alice grants m2 5 open orders, 3 a minute, 10 units at most, suppliers of 95 points, below m1 -> mandate.granted
  alice grants m3 no less than 1.00, up to 105 % of the fixing, no less than 95 % of the fixing
  alice grants m4 no less than 0.99, below m3 -> no: mandate_wider_than_parent
  alice grants m4 up to 106 % of the fixing, below m3 -> no: mandate_wider_than_parent
  alice grants m4 no less than 94 % of the fixing, below m3 -> no: mandate_wider_than_parent
  alice grants m4 suppliers of 101 points -> no: bounds_invalid
`,
)

scenario(
  'M-140 units bought under a mandate and below it, and what its open buys would add, stay within its position',
  `
  acme deposits 10.00
  acme issues 9
  acme asks 9 @ 1.00
  alice deposits 100.00
  alice grants m1 3 units at most, auto-buy
  alice grants m2 auto-buy, below m1
  alice bids 2 @ 1.00 under m2 -> trades 2 @ 1.00 with #1, #2 filled
  alice bids 1 @ 0.90 under m1 -> rests #3
  alice bids 1 @ 0.90 under m2 -> no: mandate_position
  alice amends #3 to 2 under m1 -> no: mandate_position
  alice draws d1 3 from acme, buying up to 1.00, under m2 -> no: mandate_position
  alice bids 9 @ 1.00      -> trades 7 @ 1.00 with #1, #1 filled, rests #4
  alice asks 1 @ 1.10 under m2 -> rests #5
  bob deposits 100.00
  bob bids 1 @ 1.10        -> trades 1 @ 1.10 with #5, #5 filled, #6 filled
  alice bids 1 @ 0.90 under m2 -> rests #7
`,
)

scenario(
  'M-150 open orders and what is taken in a minute are counted over all below; what lessens an order counts for nothing',
  `
  alice deposits 100.00
  alice grants m1 2 open orders, 4 a minute
  alice grants m2 below m1
  alice bids 2 @ 1.00 under m2 -> rests #1
  alice bids 2 @ 1.00 under m1 -> rests #2
  alice bids 2 @ 0.99 under m2 -> no: mandate_open_orders
  alice amends #1 to 1     -> #1 keeps its place
  alice cancels #2
  alice amends #1 @ 0.99   -> #1 loses its place, rests #1
  alice bids 1 @ 0.98 under m1 -> rests #3
  alice cancels #3
  alice bids 1 @ 0.98 under m2 -> no: mandate_rate
  alice amends #1 @ 0.98   -> no: mandate_rate
  alice cancels #1
  1 min pass
  alice bids 1 @ 0.98 under m2 -> rests #4
`,
)

scenario(
  'M-160 only suppliers with the scorecard that is asked for serve under a mandate; one not graded has none',
  `
  acme deposits 10.00
  acme issues 9
  acme asks 9 @ 1.00
  sun deposits 10.00
  sun issues 9
  sun asks 9 @ 1.00
  alice deposits 100.00
  alice grants m1 suppliers of 95 points, auto-buy
  alice draws d1 1 from acme, buying up to 1.00, under m1 -> no: mandate_score
  acme is graded 94.99 points
  alice draws d1 1 from acme, buying up to 1.00, under m1 -> no: mandate_score
  sun is graded 95 points
  alice bids 12 @ 1.00
  alice draws d1 1 from sun, under m1 -> drawn 1
  d1 fails over to acme    -> no: mandate_score
  acme is graded 99 points
  alice revokes m1
  d1 fails over to acme    -> no: mandate_revoked
`,
)

scenario(
  'M-170 what a request buys for itself is bound as an order is: by the fixing, by the position, by the minute',
  `
  acme deposits 10.00
  acme issues 20
  acme asks 9 @ 1.00
  acme asks 9 @ 1.04
  alice deposits 100.00
  alice grants m1 up to 103 % of the fixing, 12 units at most, 3 a minute, auto-buy
  alice draws d1 1 from acme, buying up to 1.10, under m1 -> no: fixing_missing
  1 h pass
  the hour is fixed at 1.00
  alice draws d1 8 from acme, buying up to 1.10, under m1 -> trades 8 @ 1.00 with #1, #3 filled, drawn 8, bought 8
  alice draws d2 2 from acme, buying up to 1.10, under m1 -> no: mandate_price
  alice draws d2 13 from acme, buying up to 1.10, under m1 -> no: mandate_position
  alice draws d2 1 from acme, buying up to 1.10, under m1 -> trades 1 @ 1.00 with #1, #1 filled, #4 filled, drawn 1, bought 1
  alice bids 1 @ 0.90 under m1 -> rests #5
  alice draws d3 1 from acme, buying up to 1.10, under m1 -> no: mandate_rate
  alice revokes m1         -> mandate.revoked, #5 canceled: mandate_revoked
  d1 grows by 1            -> no: mandate_revoked
`,
)
