import { scenario } from './scenario.ts'

scenario(
  'E-10 a good-till-date order ends at its time, and gives its hold back',
  `
  alice deposits 10.00
  alice bids 5 @ 1.00 till 09:30 -> rests #1
  alice has                -> 4.99 free, 5.01 held
  it is 09:29              ->
  the bids are             -> #1 5 @ 1.00
  it is 09:30              -> #1 expired: expired
  alice has                -> 10.00 free, 0.00 held
`,
)

scenario(
  'E-20 a day order ends with its UTC day',
  `
  alice deposits 10.00
  alice bids 5 @ 1.00 day  -> rests #1
  it is 23:59              ->
  the bids are             -> #1 5 @ 1.00
  1 min pass               -> #1 expired: expired
`,
)

scenario(
  'E-30 at one instant the older order ends first, and an order that has ended otherwise does not end again',
  `
  alice deposits 10.00
  alice bids 1 @ 0.99 till 09:40 -> rests #1
  alice bids 1 @ 0.98 till 09:30 -> rests #2
  alice bids 1 @ 0.97 till 09:30 -> rests #3
  alice bids 1 @ 0.96 till 09:30 -> rests #4
  alice cancels #3         -> #3 canceled: user
  it is 09:50              -> #2 expired: expired, #4 expired: expired, #1 expired: expired
`,
)

scenario(
  'E-40 what cannot end, or would have ended before it began, is refused',
  `
  alice deposits 10.00
  alice bids 1 @ 1.00 gtd  -> no: expiry_missing
  alice bids 1 @ 1.00 till 09:30, ioc -> no: expiry_unasked
  alice bids 1 @ 1.00 till 08:59 -> no: expiry_not_ahead
`,
)

scenario(
  'E-50 an order that is filled before its time is filled',
  `
  acme deposits 10.00
  acme issues 5
  alice deposits 10.00
  alice bids 5 @ 1.00 till 09:30 -> rests #1
  acme asks 5 @ 1.00       -> trades 5 @ 1.00 with #1, #1 filled, #2 filled
  it is 09:30              ->
`,
)

scenario(
  'E-60 the end of a good-till-date order is amended, and it keeps its place; no other order has one to amend',
  `
  alice deposits 10.00
  alice bids 1 @ 1.00 till 09:30 -> rests #1
  alice bids 1 @ 1.00      -> rests #2
  alice amends #1 till 10:00 -> #1 keeps its place
  alice amends #2 till 10:00 -> no: expiry_unasked
  alice amends #1 till 08:00 -> no: expiry_not_ahead
  it is 09:40              ->
  the bids are             -> #1 1 @ 1.00, #2 1 @ 1.00
  it is 10:00              -> #1 expired: expired
`,
)
