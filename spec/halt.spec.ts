import { scenario } from './scenario.ts'

scenario(
  'V-10 in a halted market nothing is placed or amended, and everything can be cancelled',
  `
  alice deposits 10.00
  alice bids 1 @ 1.00      -> rests #1
  alice bids 1 @ 0.99      -> rests #2
  the market is halted     -> now halted
  alice bids 1 @ 1.00      -> no: market_halted
  alice buys 1             -> no: market_halted
  alice amends #1 to 1     -> no: market_halted
  alice cancels #1         -> #1 canceled: user
  alice has                -> 9.00802 free, 0.99198 held
`,
)

scenario(
  'V-20 trading resumes where it stopped',
  `
  acme deposits 10.00
  acme issues 10
  acme asks 2 @ 1.00       -> rests #1
  the market is halted
  the market is resumed    -> now open
  alice deposits 10.00
  alice buys 1             -> trades 1 @ 1.00 with #1, #2 filled
  the asks are             -> #1 1 @ 1.00
`,
)
