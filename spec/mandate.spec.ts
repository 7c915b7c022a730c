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
