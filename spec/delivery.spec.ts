import { scenario } from './scenario.ts'

scenario(
  'D-10 a request holds units, is metered and settled: burned, earned, and the rest goes back',
  `
  sun deposits 10
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 10
  alice bids 2 @ 1.00
  alice draws d1 0.5 from sun               -> drawn 0.5
  the units of alice are                    -> 1.5 trading, 0 in lots, 0.5 drawn
  d1 delivers 400000 in, 100000 out         -> conforming: 0.2 used, 0.20 earned less 0.001
  the units of alice are                    -> 1.8 trading, 0 in lots, 0 drawn
  sun owes                                  -> 9.8, 1.8 of it sold, bond 0.98
  `,
)

scenario(
  'D-20 what was earned and the bond behind it stay withheld for a day, to the hour',
  `
  sun deposits 10
  sun issues 1
  sun asks 1 @ 1.00
  alice deposits 10
  alice bids 1 @ 1.00
  alice draws d1 1 from sun
  d1 delivers 1000000 out                   -> conforming: 1 used, 1.00 earned less 0.005
  withheld is                               -> 1.095
  it is 33:59                               ->
  it is 34:00                               -> 1.095 let go
  withheld is                               -> 0.00
  `,
)

scenario(
  'D-30 lots are used first, the first to expire before the others, then what is free in trading',
  `
  sun deposits 10
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 10
  alice bids 3 @ 1.00
  alice transfers 1                         -> lot of 1 until 13:00
  it is 10:00
  alice transfers 1                         -> lot of 1 until 14:00
  alice draws d1 2.5 from sun
  d1 delivers 1500000 out                   -> conforming: 1.5 used, 1.50 earned less 0.0075
  the lots of alice are                     -> 0.5 until 14:00
  the units of alice are                    -> 1 trading, 0.5 in lots, 0 drawn
  `,
)

scenario(
  'D-40 what lacks is bought at market in the same act, in whole lots; the surplus stays in trading',
  `
  sun deposits 10
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 10
  alice draws d1 1.5 from sun, buying up to 1.00  -> trades 2 @ 1.00 with #1, #2 filled, drawn 1.5, bought 2
  the units of alice are                    -> 0.5 trading, 0 in lots, 1.5 drawn
  alice has                                 -> 7.996 free, 0.00 held
  d1 grows by 0.7                           -> trades 1 @ 1.00 with #1, #3 filled, drawn 0.7 more, bought 1
  `,
)

scenario(
  'D-50 a draw that cannot be had whole leaves no trace',
  `
  sun deposits 10
  sun issues 10
  sun asks 3 @ 1.00
  alice deposits 2
  alice draws d1 1 from sun                 -> no: insufficient_units
  alice draws d1 2 from sun, buying up to 1.00    -> no: insufficient_funds
  alice draws d1 4 from sun, buying up to 1.00    -> no: no_liquidity
  alice draws d1 1 from sun, buying up to 0.99    -> no: no_liquidity
  alice has                                 -> 2.00 free, 0.00 held
  the asks are                              -> #1 3 @ 1.00
  `,
)

scenario(
  'D-60 the supplier called takes over what it lacks from whoever sold first, with the escrow behind it',
  `
  sun deposits 10
  wind deposits 10
  wind issues 1
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 10
  alice bids 4 @ 1.00
  alice draws d1 3 from wind                -> 3 taken over, drawn 3
  sun owes                                  -> 7, 1 of it sold, bond 0.70
  wind owes                                 -> 4, 3 of it sold, bond 0.40
  alice draws d2 2 from wind                -> no: insufficient_units
  `,
)

scenario(
  'D-70 a late first token is paid less: 5 % is free, twice the ceiling is 30 %, beyond that nothing is due',
  `
  sun deposits 10
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 10
  alice bids 4 @ 1.00
  alice draws d1 1 from sun
  d1 delivers 1000000 out, first after 4830 ms    -> soft_miss: 1 used, 1.00 earned less 0.005
  alice draws d2 1 from sun
  d2 delivers 1000000 out, first after 9200 ms    -> soft_miss: 1 used, 1.00 earned less 0.005, 0.30 refunded
  alice draws d3 1 from sun
  d3 delivers 1000000 out, first after 9201 ms    -> rejected: 0 used, 0.00 earned less 0.00
  the units of alice are                    -> 2 trading, 0 in lots, 0 drawn
  `,
)

scenario(
  'D-80 slow tokens are paid less, down to half the floor; who hung up pays for what came',
  `
  sun deposits 10
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 10
  alice bids 4 @ 1.00
  alice draws d1 1 from sun
  d1 delivers 1000000 out, at 20 a second   -> soft_miss: 1 used, 1.00 earned less 0.005, 0.30 refunded
  alice draws d2 1 from sun
  d2 delivers 1000000 out, at 19 a second   -> rejected: 0 used, 0.00 earned less 0.00
  alice draws d3 1 from sun
  d3 delivers 250000 out, at 19 a second, hung up -> excused: 0.25 used, 0.25 earned less 0.00125
  `,
)

scenario(
  'D-90 a failure costs the buyer nothing; the supplier that failed keeps what it owes',
  `
  sun deposits 10
  wind deposits 10
  sun issues 5
  wind issues 5
  sun asks 5 @ 1.00
  wind asks 5 @ 1.00
  alice deposits 10
  alice bids 2 @ 1.00
  alice draws d1 1 from sun
  d1 fails over to wind                     -> no: supply_short
  bob deposits 10
  bob bids 4 @ 1.00
  d1 fails over to wind                     -> rerouted, pays 0.05 for the failure
  sun owes                                  -> 5, 5 of it sold, bond 0.45
  d1 fails                                  -> failed, 1 back, pays 0.05 for the failure
  the units of alice are                    -> 2 trading, 0 in lots, 0 drawn
  `,
)

scenario(
  'D-100 nobody ends a draw: at its deadline the units come back by themselves',
  `
  sun deposits 10
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 10
  alice bids 2 @ 1.00
  alice draws d1 1 from sun, for 5 min
  5 min pass                                -> 1 back: deadline
  d1 is let go                              -> no: draw_not_found
  `,
)

scenario(
  'D-110 at the sweep all that is in trading enters consumption, and sells close',
  `
  sun deposits 10
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 10
  alice bids 3 @ 1.00
  alice asks 2 @ 1.10
  alice bids 1 @ 0.90
  it is 12:00 -> #1 canceled: sweep, #3 canceled: sweep, redeemed 7, bond 0.70 freed, lot of 3 until 16:00
  the asks are            -> none
  the bids are            -> #4 1 @ 0.90
  sun owes                -> 3, 3 of it sold, bond 0.30
  `,
)

scenario(
  'D-120 use it or lose it: what expires is paid to the supplier that stood ready, oldest obligation first',
  `
  sun deposits 10
  wind deposits 10
  wind issues 5
  sun issues 5
  sun asks 2 @ 1.00
  alice deposits 10
  alice bids 2 @ 1.00
  wind asks 2 @ 0.90
  alice bids 2 @ 0.90
  alice transfers 3                         -> lot of 3 until 13:00
  it is 12:00             -> redeemed 3, bond 0.30 freed, redeemed 3, bond 0.42 freed, lot of 1 until 16:00
  it is 13:01             -> 3 expired, standby 2.00 less 0.01, standby 0.90 less 0.0045
  the units of alice are                    -> 0 trading, 1 in lots, 0 drawn
  `,
)

scenario(
  'D-130 units in a draw settle first; what it returns after their expiry expires then',
  `
  sun deposits 10
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 10
  alice bids 3 @ 1.00
  alice transfers 1                         -> lot of 1 until 13:00
  alice draws d1 2 from sun, for 600 min
  it is 14:00 -> #1 canceled: sweep, redeemed 7, bond 0.70 freed, lot of 2 until 16:00
  d1 delivers 600000 out -> conforming: 0.6 used, 0.60 earned less 0.003, 0.4 expired, standby 0.40 less 0.002
  the lots of alice are                     -> 2 until 16:00
  `,
)

scenario(
  'D-140 an agent pays once: what it bought is spent when bought, other units when used',
  `
  sun deposits 10
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 10
  alice bids 1 @ 1.00
  alice grants m1 2.50 a day, auto-buy
  alice draws d1 2 from sun, buying up to 1.00, under m1
  the units of alice are                    -> 0 trading, 0 in lots, 2 drawn
  m1 stands at                              -> 1.002 spent, 1.002 reserved
  alice draws d2 1 from sun, buying up to 1.00, under m1  -> no: budget_exceeded
  d1 delivers 1500000 out
  m1 stands at                              -> 1.503 spent, 0.00 reserved
  `,
)

scenario(
  'D-150 only what is above an obligation may be used by who owes it',
  `
  sun deposits 10
  sun issues 10
  sun transfers 1                           -> no: units_owed
  wind deposits 10
  wind issues 2
  sun asks 10 @ 1.00
  wind bids 1 @ 1.00
  wind transfers 1                          -> lot of 1 until 13:00
  wind transfers 1                          -> no: units_owed
  sun draws d1 1 from sun, buying up to 1.00      -> no: units_owed
  `,
)
