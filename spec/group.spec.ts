import { scenario } from './scenario.ts'

const QUOTING = `
  acme deposits 40.00
  acme issues 20
  acme groups rack: 5 in 15 s, frozen for 10 s
  acme asks 3 @ 1.00 in rack -> rests #1
  acme asks 3 @ 1.01 in rack -> rests #2
  acme asks 3 @ 1.02 in rack -> rests #3
  acme asks 3 @ 1.03       -> rests #4
  alice deposits 40.00
`

scenario(
  'G-10 a group that has filled its limit within the window is cancelled, and nothing else is',
  `${QUOTING}
  alice bids 3 @ 1.00      -> trades 3 @ 1.00 with #1, #1 filled, #5 filled
  alice bids 2 @ 1.01      -> trades 2 @ 1.01 with #2, #6 filled, trips at 5, #3 canceled: group_limit,
    #2 canceled: group_limit
  the asks are             -> #4 3 @ 1.03
`,
)

scenario(
  'G-20 it takes no order while it is frozen, and starts from nothing afterwards',
  `${QUOTING}
  alice bids 6 @ 1.01      -> trades 3 @ 1.00 with #1, #1 filled, trades 3 @ 1.01 with #2, #2 filled,
    #5 filled, trips at 6, #3 canceled: group_limit
  9 s pass
  acme asks 1 @ 1.00 in rack -> no: group_frozen
  1 s pass
  acme asks 5 @ 1.00 in rack -> rests #6
  alice bids 4 @ 1.00      -> trades 4 @ 1.00 with #6, #7 filled
`,
)

scenario(
  'G-30 what was filled longer ago than the window counts no more',
  `${QUOTING}
  alice bids 4 @ 1.01      -> trades 3 @ 1.00 with #1, #1 filled, trades 1 @ 1.01 with #2, #5 filled
  15 s pass
  alice bids 2 @ 1.01      -> trades 2 @ 1.01 with #2, #2 filled, #6 filled
`,
)

scenario(
  'G-40 a group is cancelled by itself, closed for good, and is nobody else’s',
  `${QUOTING}
  acme cancels all of rack -> #3 canceled: mass_cancel, #2 canceled: mass_cancel, #1 canceled: mass_cancel
  acme asks 3 @ 1.00 in rack -> rests #5
  alice bids 1 @ 0.90 in rack -> no: group_not_found
  alice closes rack        -> no: group_not_found
  acme closes rack         -> #5 canceled: group_closed
  acme asks 3 @ 1.00 in rack -> no: group_not_found
`,
)

scenario(
  'G-50 a group needs a limit',
  `
  acme groups rack: 0 in 15 s -> no: quantity_not_positive
  acme groups rack: 5 in 0 s -> no: group_terms_invalid
`,
)
