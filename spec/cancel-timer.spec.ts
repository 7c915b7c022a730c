import { scenario } from './scenario.ts'

const TWO_BIDS = `
  alice deposits 10.00
  alice bids 1 @ 0.99      -> rests #1
  alice bids 1 @ 0.98      -> rests #2
`

scenario(
  'T-10 unless it is set again, the timer cancels every order of the account, and fires once',
  `${TWO_BIDS}
  alice sets a timer of 30 s
  20 s pass
  alice sets a timer of 30 s
  20 s pass                ->
  10 s pass                -> the timer fires, #2 canceled: cancel_timer, #1 canceled: cancel_timer
  alice has                -> 10.00 free, 0.00 held
  alice bids 1 @ 0.99      -> rests #3
  60 s pass                ->
`,
)

scenario(
  'T-20 set to nothing it is off',
  `${TWO_BIDS}
  alice sets a timer of 30 s
  alice sets a timer of 0 s
  60 s pass                ->
  alice sets a timer of 90000 s -> no: timer_out_of_bounds
`,
)

scenario(
  'T-30 it fires before whatever comes after it, and at one instant after orders that end by themselves',
  `${TWO_BIDS}
  alice sets a timer of 30 s
  acme deposits 10.00
  acme issues 1
  31 s pass                -> the timer fires, #2 canceled: cancel_timer, #1 canceled: cancel_timer
  acme asks 1 @ 0.98       -> rests #3
`,
)
