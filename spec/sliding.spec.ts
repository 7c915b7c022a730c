import { scenario } from './scenario.ts'

const ONE_ASK = `
  acme deposits 20.00
  acme issues 10
  acme asks 3 @ 1.05       -> rests #1
  alice deposits 20.00
`

scenario(
  'L-10 an order that slides stands one tick behind the other side where it would have traded',
  `${ONE_ASK}
  alice bids 2 @ 1.10 slide -> rests #2
  the bids are             -> #2 2 @ 1.04
  bolt deposits 5.00
  bolt issues 2
  bolt asks 2 @ 1.00 slide -> rests #3
  the asks are             -> #1 3 @ 1.05, #3 2 @ 1.05
`,
)

scenario(
  'L-20 an order that would not have traded does not slide',
  `${ONE_ASK}
  alice bids 2 @ 1.02 slide -> rests #2
  the bids are             -> #2 2 @ 1.02
`,
)

scenario(
  'L-30 an amendment slides too, and keeps its place where it comes to stand where it stood',
  `${ONE_ASK}
  alice bids 2 @ 1.02 slide -> rests #2
  alice amends #2 @ 1.09   -> #2 loses its place, rests #2
  the bids are             -> #2 2 @ 1.04
  alice amends #2 to 1 @ 1.10 -> #2 keeps its place
  the bids are             -> #2 1 @ 1.04
`,
)

scenario(
  'L-40 where it cannot slide any further, or only out of the band, it is refused',
  `${ONE_ASK}
  alice bids 2 @ 1.21 slide -> no: price_outside_band
  acme cancels #1
  acme asks 3 @ 0.80       -> rests #2
  alice bids 2 @ 0.90 slide -> no: price_outside_band
`,
)
