import { scenario } from './scenario.ts'

const SOLD_SHORT = `
  acme deposits 40.00
  acme issues 10
  acme asks 4 @ 1.00       -> rests #1
  alice deposits 40.00
  alice bids 4 @ 1.00      -> trades 4 @ 1.00 with #1, #1 filled, #2 filled
`

scenario(
  'R-10 a reduce-only sale sells no more than what is owned beyond what is owed',
  `${SOLD_SHORT}
  bob deposits 20.00
  bob bids 9 @ 0.99        -> rests #3
  alice asks 6 @ 0.99 ioc, reduce-only -> #4 reduced by 2, trades 4 @ 0.99 with #3, #4 filled
`,
)

scenario(
  'R-20 a supplier that owes all it has sells nothing so: each sale would be a new debt',
  `${SOLD_SHORT}
  bob deposits 20.00
  bob bids 3 @ 0.99        -> rests #3
  acme asks 1 @ 0.99 ioc, reduce-only -> no: nothing_to_reduce
`,
)

scenario(
  'R-30 a reduce-only purchase buys back no more than was sold and is owed',
  `${SOLD_SHORT}
  bolt deposits 20.00
  bolt issues 10
  bolt asks 10 @ 1.00      -> rests #3
  acme bids 9 @ 1.00 ioc, reduce-only -> #4 reduced by 5, trades 4 @ 1.00 with #3, #4 filled
  acme bids 1 @ 1.00 ioc, reduce-only -> no: nothing_to_reduce
`,
)

scenario(
  'R-40 it is for orders that trade at once: what rests would reduce what may be gone by then',
  `${SOLD_SHORT}
  alice asks 1 @ 1.05 reduce-only -> no: reduce_only_rests
`,
)
