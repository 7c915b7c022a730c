import { scenario } from './scenario.ts'

const BOTH_SIDES = `
  acme deposits 20.00
  acme/2 deposits 20.00
  acme issues 10
  acme asks 3 @ 1.00       -> rests #1
`

scenario(
  'S-10 two accounts of one member never trade with each other: by default the newer order gives way',
  `${BOTH_SIDES}
  acme/2 bids 5 @ 1.00     -> #2 canceled: self_trade
  the asks are             -> #1 3 @ 1.00
  acme/2 has               -> 20.00 free, 0.00 held
`,
)

scenario(
  'S-20 cancel oldest: the resting order gives way and the newer goes on',
  `${BOTH_SIDES}
  bolt deposits 10.00
  bolt issues 5
  bolt asks 2 @ 1.01       -> rests #2
  acme/2 bids 5 @ 1.01 cancel oldest -> #1 canceled: self_trade, trades 2 @ 1.01 with #2, #2 filled, rests #3
  the bids are             -> #3 3 @ 1.01
`,
)

scenario(
  'S-30 cancel both: neither stands',
  `${BOTH_SIDES}
  acme/2 bids 5 @ 1.00 cancel both -> #1 canceled: self_trade, #2 canceled: self_trade
  the asks are             -> none
  the bids are             -> none
`,
)

scenario(
  'S-40 decrement: both shrink by what would have traded, and the larger stands',
  `${BOTH_SIDES}
  acme/2 bids 5 @ 1.00 decrement -> #2 reduced by 3, #1 reduced by 3, #1 canceled: self_trade, rests #2
  the bids are             -> #2 2 @ 1.00
  acme/2 has               -> 17.996 free, 2.004 held
`,
)

scenario(
  'S-50 what stands before one’s own order trades first',
  `
  bolt deposits 10.00
  bolt issues 5
  bolt asks 2 @ 1.00       -> rests #1
  acme deposits 20.00
  acme issues 10
  acme asks 3 @ 1.00       -> rests #2
  acme/2 deposits 20.00
  acme/2 bids 5 @ 1.00     -> trades 2 @ 1.00 with #1, #1 filled, #3 canceled: self_trade
`,
)

scenario(
  'S-60 fill-or-kill counts nothing of its own member',
  `${BOTH_SIDES}
  acme/2 bids 3 @ 1.00 fok -> no: fok_unfillable
  acme/2 bids 3 @ 1.00 fok, decrement -> no: fok_unfillable
`,
)

scenario(
  'S-70 transfer: between two accounts of one member units move at the resting price, without fee or trade',
  `${BOTH_SIDES}
  acme/2 bids 5 @ 1.05 transfer units -> moves 3 @ 1.00 with #1, #2 reduced by 3, #1 reduced by 3,
    #1 canceled: self_trade, rests #2
  acme/2 holds             -> 3 free, 0 for sale
  acme/2 has               -> 14.8958 free, 2.1042 held
  the venue has earned     -> 0.00
`,
)

scenario(
  'S-80 what a supplier moves to its own account it has sold: the money waits in escrow for delivery',
  `${BOTH_SIDES}
  acme/2 bids 3 @ 1.00 transfer units -> moves 3 @ 1.00 with #1, #2 reduced by 3, #1 reduced by 3,
    #1 canceled: self_trade, #2 canceled: self_trade
  acme owes                -> 10, 3 of it sold, bond 1.00
  escrow is                -> 3.00
`,
)

scenario(
  'S-90 between orders of one account there is nothing to move: both shrink, as with decrement',
  `
  acme deposits 20.00
  acme issues 10
  acme asks 3 @ 1.00       -> rests #1
  acme bids 5 @ 1.00 transfer units -> #2 reduced by 3, #1 reduced by 3, #1 canceled: self_trade, rests #2
`,
)
