import { scenario } from './scenario.ts'

scenario(
  'F-10 the taker pays 20 bps and the maker nothing, whichever side they are',
  `
  acme deposits 10.00
  acme issues 10
  acme asks 5 @ 1.00
  alice deposits 5.01
  alice buys 5
  the venue has earned     -> 0.01
  bob deposits 2.50
  bob bids 2 @ 1.00
  alice sells 2
  the venue has earned     -> 0.014
  alice has                -> 1.996 free, 0.00 held
  bob has                  -> 0.50 free, 0.00 held
`,
)

scenario(
  'F-20 a fee rounds up on the account’s running total, so many small fills cost what one large one does',
  `
  fees are 0 and 20 bps
  acme deposits 20.00
  acme issues 40
  acme asks 40 @ 0.83
  alice deposits 40.00
  alice buys 1             -> trades 1 @ 0.83 with #1, #2 filled
  the venue has earned     -> 0.00166
  alice buys 3
  the venue has earned     -> 0.00664
`,
)

scenario(
  'F-30 a raised fee is not owed by orders that were placed before it: they pay what they held',
  `
  fees are 0 and 0 bps
  alice deposits 2.00
  alice bids 2 @ 1.00      -> rests #1
  fees are 30 and 40 bps
  acme deposits 10.00
  acme issues 10
  acme sells 2             -> trades 2 @ 1.00 with #1, #1 filled, #2 filled
  alice has                -> 0.00 free, 0.00 held
  the venue has earned     -> 0.008
`,
)

scenario(
  'F-40 a lowered fee frees what orders held for the old one',
  `
  alice deposits 3.00
  alice bids 2 @ 1.00
  alice has                -> 0.996 free, 2.004 held
  fees are 0 and 10 bps
  alice has                -> 0.998 free, 2.002 held
  fees are 0 and 20000 bps -> no: settings_invalid
`,
)
