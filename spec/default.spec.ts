import { scenario } from './scenario.ts'

scenario(
  'F-10 a suspended supplier is in default: what it sold is bought in, at once and as others offer',
  `
  sun deposits 20
  wind deposits 20
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 40
  alice bids 6 @ 1.00
  wind issues 10
  wind asks 2 @ 1.05
  the offer of sun is suspended             -> offer.suspended,
    #1 canceled: default, redeemed 4, bond 0.40 freed, default of 6: suspended,
    trades 2 @ 1.05 with #3, #3 filled, #4 filled, bought in 2 for 2.1042
  sun owes                                  -> 4, 4 of it sold, bond 0.4958
  wind asks 1 @ 0.95                        -> rests #5, trades 1 @ 0.95 with #5, #5 filled, #6 filled, bought in 1 for 0.9519
  sun owes                                  -> 3, 3 of it sold, bond 0.5439
  wind owes                                 -> 10, 3 of it sold, bond 1.07
  the units of alice are                    -> 6 trading, 0 in lots, 0 drawn
  `,
)

scenario(
  'F-20 at the sweep the rest is cancelled pro rata over all undrawn units, at the lower of price and cost',
  `
  sun deposits 20
  wind deposits 20
  sun issues 4
  sun asks 4 @ 1.00
  alice deposits 40
  alice bids 4 @ 1.00
  wind issues 4
  wind asks 4 @ 0.90
  bob deposits 40
  bob bids 4 @ 0.90
  the offer of sun is suspended             -> offer.suspended, default of 4: suspended
  it is 12:00 -> lot of 4 until 16:00, lot of 4 until 16:00, 2 cancelled for 2.00, 2 cancelled for 1.8036, 0.1964 returned
  sun owes                                  -> 0, 0 of it sold, bond 0.00
  the units of alice are                    -> 0 trading, 2 in lots, 0 drawn
  the units of bob are                      -> 0 trading, 2 in lots, 0 drawn
  wind owes                                 -> 4, 4 of it sold, bond 0.80
  sun has                                   -> 20.1964 free, 0.00 held
  `,
)

scenario(
  'F-25 no suspension is lifted before what was sold is dealt with; then the supplier may begin anew',
  `
  sun deposits 20
  sun issues 4
  sun asks 4 @ 1.00
  alice deposits 40
  alice bids 4 @ 1.00
  the offer of sun is suspended             -> offer.suspended, default of 4: suspended
  the offer of sun is lifted                -> no: default_open
  it is 12:00                               -> lot of 4 until 16:00, 4 cancelled for 4.00, 0.00 returned
  the offer of sun is lifted                -> offer.lifted
  sun issues 1                              -> no: offer_not_certified
  `,
)

scenario(
  'F-30 units that a draw has called are delivered or come back first; they wait for the next sweep',
  `
  sun deposits 20
  sun issues 4
  sun asks 4 @ 1.00
  alice deposits 40
  alice bids 4 @ 1.00
  alice draws d1 1 from sun, for 300 min
  the offer of sun is suspended             -> offer.suspended, default of 4: suspended
  it is 12:00                               -> lot of 4 until 16:00, 3 cancelled for 3.00, 0.00 returned
  d1 delivers 400000 out                    -> conforming: 0.4 used, 0.40 earned less 0.002
  sun owes                                  -> 0.6, 0.6 of it sold, bond 0.06
  it is 16:00                               -> 0.6 expired, 0.6 missed, 0.60 insured
  sun owes                                  -> 0, 0 of it sold, bond 0.00
  `,
)

scenario(
  'F-40 silent past the sweep: three calls missed in a window and none served',
  `
  sun deposits 20
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 40
  alice bids 10 @ 1.00
  2 failed calls of 1 by alice at sun cost  -> 0.10
  it is 12:00                               -> lot of 10 until 16:00
  alice bids 1 @ 1.00
  3 failed calls of 1 by alice at sun cost  -> 0.15
  it is 16:00                               -> 7 expired, standby 2.00 less 0.01,
    5 missed, 5.00 insured, offer.suspended, default of 3: silent
  `,
)

scenario(
  'F-50 a bond that does not reach for what is due is exhausted',
  `
  sun deposits 20
  sun issues 1
  sun asks 1 @ 1.00
  alice deposits 40
  alice bids 1 @ 1.00
  2 failed calls of 1 by alice at sun cost  -> 0.10
  sun owes                                  -> 1, 1 of it sold, bond 0.00
  alice draws d1 1 from sun
  d1 fails -> failed, 1 back, offer.suspended, default of 1: bond_exhausted
  it is 12:00                               -> lot of 1 until 16:00, 1 cancelled for 1.00, 0.00 returned
  alice has                                 -> 39.998 free, 0.00 held
  `,
)

scenario(
  'F-60 a rejected lot: whole refunds out of what is withheld, then the bond, and 10 % as a penalty',
  `
  sun deposits 20
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 40
  alice bids 6 @ 1.00
  bob deposits 40
  bob bids 4 @ 1.00
  alice draws d1 2 from sun
  d1 delivers 2000000 out                   -> conforming: 2 used, 2.00 earned less 0.01
  bob draws d2 1 from sun
  d2 delivers 1000000 out                   -> conforming: 1 used, 1.00 earned less 0.005
  probes of sun fail until it is rejected   -> 2.00 of 2.00 refunded,
    1.00 of 1.00 refunded, pays 0.20 for the lot, pays 0.10 for the lot
  sun owes                                  -> 7, 7 of it sold, bond 0.685
  withheld is                               -> 0.00
  sun has missed                            -> 7
  `,
)
