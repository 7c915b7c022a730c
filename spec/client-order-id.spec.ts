import { scenario } from './scenario.ts'

scenario(
  'C-10 a repeat with the same body gets the first answer and places nothing',
  `
  alice deposits 10.00
  alice bids 2 @ 1.00 as c1 -> rests #1
  alice bids 2 @ 1.00 as c1 -> again #1: open, 0 filled
  the bids are             -> #1 2 @ 1.00
  alice has                -> 7.996 free, 2.004 held
`,
)

scenario(
  'C-20 with another body it is refused',
  `
  alice deposits 10.00
  alice bids 2 @ 1.00 as c1 -> rests #1
  alice bids 3 @ 1.00 as c1 -> no: client_order_id_reused
  alice bids 2 @ 1.00 as c1, post-only -> no: client_order_id_reused
`,
)

scenario(
  'C-30 for ever: also when the order has ended, and in a halted market',
  `
  acme deposits 10.00
  acme issues 10
  acme asks 1 @ 1.00
  alice deposits 10.00
  alice bids 2 @ 1.00 ioc, as c1 -> trades 1 @ 1.00 with #1, #1 filled, #2 canceled: ioc_remainder
  the market is halted
  alice bids 2 @ 1.00 ioc, as c1 -> again #2: canceled, 1 filled
  alice holds              -> 1 free, 0 for sale
`,
)

scenario(
  'C-40 ids are each account’s own, and a refused order does not use one up',
  `
  alice bids 2 @ 1.00 as c1 -> no: insufficient_funds
  alice deposits 10.00
  bob deposits 10.00
  alice bids 2 @ 1.00 as c1 -> rests #1
  bob bids 3 @ 1.00 as c1  -> rests #2
`,
)
