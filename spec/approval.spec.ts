import { scenario } from './scenario.ts'

const MARKET = `
  acme deposits 10.00
  acme issues 20
  acme asks 9 @ 1.00
  alice deposits 100.00
`

scenario(
  'A-10 what costs more than the threshold waits for a person, holds nothing, and is placed once',
  `${MARKET}
  alice grants m1 9.00 a day, above 2.00 by approval
  alice bids 1 @ 1.00 under m1 -> trades 1 @ 1.00 with #1, #2 filled
  alice bids 2 @ 1.00 under m1 -> asks 1: 2.004
  m1 stands at             -> 1.002 spent, 0.00 reserved
  alice approves 1         -> trades 2 @ 1.00 with #1, #3 filled, 1 approved as #3
  m1 stands at             -> 3.006 spent, 0.00 reserved
  alice approves 1         -> no: approval_over
  alice refuses 1          -> no: approval_over
  approval 1 is            -> done
`,
)

scenario(
  'A-20 the same order asked again is the same approval; with another body its name is taken',
  `${MARKET}
  alice grants m1 9.00 a day, above 2.00 by approval
  alice bids 3 @ 1.00 as c1, under m1 -> asks 1: 3.006
  alice bids 3 @ 1.00 as c1, under m1 -> asked as 1
  alice bids 4 @ 1.00 as c1, under m1 -> no: client_order_id_reused
  alice approves 1         -> trades 3 @ 1.00 with #1, #2 filled, 1 approved as #2
  alice bids 3 @ 1.00 as c1, under m1 -> again #2: filled, 3 filled
  alice bids 4 @ 1.00 as c2, under m1 -> asks 2: 4.008
  alice refuses 2          -> 2 refused
  alice bids 4 @ 1.00 as c2, under m1 -> asked as 2
  approval 2 is            -> refused
`,
)

scenario(
  'A-30 an approved order passes every test as if it came now; until it does, it goes on waiting',
  `${MARKET}
  alice grants m1 5.00 a day, above 2.00 by approval
  alice bids 3 @ 1.00 under m1 -> asks 1: 3.006
  alice bids 3 @ 0.99 under m1 -> asks 2: 2.97594
  alice approves 1         -> trades 3 @ 1.00 with #1, #2 filled, 1 approved as #2
  alice approves 2         -> no: budget_exceeded
  approval 2 is            -> pending
  the market is halted
  alice approves 2         -> no: market_halted
  1 h pass                 -> 2 lapsed: expired
  alice approves 2         -> no: approval_over
`,
)

scenario(
  'A-40 only who stands above the threshold decides: never the mandate itself, or one below it',
  `${MARKET}
  alice grants m1 9.00 a day, above 4.00 by approval
  alice grants m2 9.00 a day, above 2.00 by approval, below m1
  alice grants m3 9.00 a day, below m2
  alice bids 3 @ 0.90 under m3 -> asks 1: 2.7054
  alice bids 5 @ 0.90 under m3 -> asks 2: 4.509
  alice approves 1 under m3 -> no: approval_not_found
  alice approves 1 under m2 -> no: approval_not_found
  bob approves 1           -> no: approval_not_found
  alice approves 1 under m1 -> rests #2, 1 approved as #2
  alice approves 2 under m1 -> no: approval_not_found
  alice approves 2         -> rests #3, 2 approved as #3
`,
)

scenario(
  'A-50 what waits under a mandate ends with it, or with one above it',
  `${MARKET}
  alice grants m1 9.00 a day, for an hour, above 2.00 by approval
  alice grants m2 9.00 a day, below m1
  alice bids 3 @ 0.90 under m2 -> asks 1: 2.7054
  alice revokes m2         -> mandate.revoked, 1 lapsed: mandate_revoked
  alice approves 1         -> no: approval_over
  alice bids 3 @ 0.90 under m1 -> asks 2: 2.7054
  1 h pass                 -> m1 is over, 2 lapsed: mandate_expired
`,
)

scenario(
  'A-60 an amendment above the threshold is refused; a sale is measured by what it is worth',
  `${MARKET}
  alice grants m1 9.00 a day, above 2.00 by approval
  alice bids 2 @ 0.90 under m1 -> rests #2
  alice amends #2 to 3     -> no: approval_needed
  acme grants m2 sells only, above 2.00 by approval
  acme asks 2 @ 1.05 under m2 -> asks 1: 2.10
  acme approves 1          -> rests #3, 1 approved as #3
`,
)

scenario(
  'A-70 a request that may cost more asks once; approved, one such request may be drawn, once, within its time',
  `${MARKET}
  alice grants m1 9.00 a day, auto-buy, above 2.00 by approval
  alice draws d1 1 from acme, buying up to 1.00, under m1, of up to 4 -> asks 1: 4.008
  alice draws d1 1 from acme, buying up to 1.00, under m1, of up to 3 -> asked as 1
  alice draws d1 1 from acme, buying up to 1.00, under m1, of up to 5 -> asks 2: 5.01
  alice approves 1         -> 1 approved
  alice draws d1 1 from acme, buying up to 1.00, under m1, of up to 4 -> trades 1 @ 1.00 with #1, #2 filled, drawn 1, bought 1, 1 used
  d1 grows by 2            -> trades 2 @ 1.00 with #1, #3 filled, drawn 2 more, bought 2
  d1 grows by 2            -> no: approval_needed
  alice draws d2 1 from acme, buying up to 1.00, under m1, of up to 4 -> asked as 2
  alice approves 2         -> 2 approved
  1 h pass                 -> 3 back: deadline, 2 lapsed: expired
`,
)

scenario(
  'A-80 an order that a standing procurement would place is held up: nobody is asked for what places itself',
  `${MARKET}
  alice grants m1 9.00 a day, above 2.00 by approval
  alice keeps 3, buying at 1.00, under m1 -> keeps by 1, buy held up: approval_needed
`,
)
