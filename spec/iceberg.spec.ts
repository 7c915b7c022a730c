import { scenario } from './scenario.ts'

const SUPPLY = `
  acme deposits 90.00
  acme issues 40
  alice deposits 90.00
  bob deposits 90.00
`

scenario(
  'I-10 an iceberg shows a slice of itself, and its next slice joins the back of its price',
  `${SUPPLY}
  acme asks 6 @ 1.00 showing 2 -> rests #1
  acme asks 3 @ 1.00       -> rests #2
  the asks are             -> #1 2 of 6 @ 1.00, #2 3 @ 1.00
  alice bids 3 @ 1.00      -> trades 2 @ 1.00 with #1, rests #1, trades 1 @ 1.00 with #2, #3 filled
  the asks are             -> #2 2 @ 1.00, #1 2 of 4 @ 1.00
`,
)

scenario(
  'I-20 what is hidden trades too, slice by slice, each in its turn; a slice may be partly taken',
  `${SUPPLY}
  acme asks 5 @ 1.00 showing 2 -> rests #1
  acme asks 1 @ 1.00       -> rests #2
  alice bids 1 @ 1.00      -> trades 1 @ 1.00 with #1, #3 filled
  the asks are             -> #1 1 of 4 @ 1.00, #2 1 @ 1.00
  alice bids 5 @ 1.00      -> trades 1 @ 1.00 with #1, rests #1, trades 1 @ 1.00 with #2, #2 filled,
    trades 2 @ 1.00 with #1, rests #1, trades 1 @ 1.00 with #1, #1 filled, #4 filled
`,
)

scenario(
  'I-30 it holds and sells all of itself, shown or not, and comes in as what it is: it takes whole, then shows a slice',
  `${SUPPLY}
  acme asks 2 @ 1.00       -> rests #1
  alice bids 9 @ 1.00 showing 3 -> trades 2 @ 1.00 with #1, #1 filled, rests #2
  the bids are             -> #2 3 of 7 @ 1.00
  alice has                -> 80.982 free, 7.014 held
  acme asks 7 @ 1.00 fok   -> trades 3 @ 1.00 with #2, rests #2, trades 3 @ 1.00 with #2, rests #2,
    trades 1 @ 1.00 with #2, #2 filled, #3 filled
`,
)

scenario(
  'I-40 a fill-or-kill order counts what is hidden, and stops at its own member as matching would',
  `${SUPPLY}
  bob issues 5
  bob asks 4 @ 1.00 showing 1 -> rests #1
  alice bids 5 @ 1.00 fok  -> no: fok_unfillable
  bob/2 deposits 9.00
  bob/2 bids 2 @ 1.00 fok, cancel newest -> no: fok_unfillable
  alice bids 4 @ 1.00 fok  -> trades 1 @ 1.00 with #1, rests #1, trades 1 @ 1.00 with #1, rests #1,
    trades 1 @ 1.00 with #1, rests #1, trades 1 @ 1.00 with #1, #1 filled, #2 filled
`,
)

scenario(
  'I-50 a call counts it whole and in its place; what the call leaves of it shows its next slice',
  `${SUPPLY}
  a call auction of 5 min  -> now auction
  acme asks 6 @ 1.00 showing 2 -> rests #1
  acme asks 3 @ 1.00       -> rests #2
  alice bids 5 @ 1.00      -> rests #3
  5 min pass               -> trades 5 @ 1.00 with #1, #3 filled, rests #1, call of 5 @ 1.00, -4 left over, now open
  the asks are             -> #2 3 @ 1.00, #1 1 @ 1.00
`,
)

scenario(
  'I-60 less of it comes off what it hides, and it keeps its place; a larger slice is shown from the next one on',
  `${SUPPLY}
  acme asks 6 @ 1.00 showing 2 -> rests #1
  acme asks 1 @ 1.00       -> rests #2
  acme amends #1 to 4      -> #1 keeps its place
  acme amends #1 showing 3 -> #1 keeps its place
  the asks are             -> #1 2 of 4 @ 1.00, #2 1 @ 1.00
  acme amends #1 showing 1 -> #1 keeps its place
  the asks are             -> #1 1 of 4 @ 1.00, #2 1 @ 1.00
  acme amends #2 showing 1 -> #2 keeps its place
  acme amends #1 to 8      -> #1 loses its place, rests #1
  the asks are             -> #2 1 @ 1.00, #1 1 of 8 @ 1.00
`,
)

scenario(
  'I-70 it shows at least a twentieth of itself and no more than it is, and only what may rest can hide',
  `${SUPPLY}
  acme asks 40 @ 1.00 showing 1 -> no: display_out_of_bounds
  acme asks 2 @ 1.00 showing 3 -> no: display_out_of_bounds
  acme asks 2 @ 1.00 showing 0 -> no: display_out_of_bounds
  acme asks 2 @ 1.00 showing 1, ioc -> no: display_terms
  acme asks 20 @ 1.00 showing 1 -> rests #1
  acme amends #1 to 21     -> no: display_out_of_bounds
`,
)

scenario(
  'I-80 decrement takes from the slice that is met',
  `${SUPPLY}
  acme asks 5 @ 1.00 showing 2 -> rests #1
  acme bids 3 @ 1.00 decrement -> #2 reduced by 2, #1 reduced by 2, rests #1, #2 reduced by 1, #1 reduced by 1,
    #2 canceled: self_trade
  the asks are             -> #1 1 of 2 @ 1.00
`,
)
