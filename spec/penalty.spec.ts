import { scenario } from './scenario.ts'

scenario(
  'P-10 a hard failure costs 5 % of the contract price of the units called, held for the insurance fund',
  `
  sun deposits 10
  wind deposits 10
  sun issues 10
  wind issues 10
  sun asks 10 @ 1.00
  alice deposits 20
  alice bids 10 @ 1.00
  wind asks 10 @ 1.05
  bob deposits 20
  bob bids 5 @ 1.05
  alice draws d1 2 from sun
  d1 fails over to wind                     -> rerouted, pays 0.10 for the failure
  sun owes                                  -> 10, 10 of it sold, bond 0.90
  penalties held are                        -> 0.10
  d1 delivers 2000000 out                   -> conforming: 2 used, 2.10 earned less 0.0105
  it is 33:00
  penalties held are                        -> 0.10
  it is 33:01                               -> 0.10 stands
  penalties held are                        -> 0.00
  `,
)

scenario(
  'P-20 units missed and not delivered later are not paid for when they expire: their escrow is insured',
  `
  sun deposits 10
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 20
  alice bids 10 @ 1.00
  alice draws d1 4 from sun
  d1 fails                                  -> failed, 4 back, pays 0.20 for the failure
  sun has missed                            -> 4
  alice draws d2 1 from sun
  d2 delivers 1000000 out                   -> conforming: 1 used, 1.00 earned less 0.005
  sun has missed                            -> 3
  it is 12:00                               -> lot of 9 until 16:00
  it is 16:00                               -> 9 expired, standby 6.00 less 0.03, 3 missed, 3.00 insured
  sun has missed                            -> 0
  `,
)

scenario(
  'P-30 a disputed penalty waits for the operator; one that is dismissed goes back, and its mark is gone',
  `
  sun deposits 10
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 20
  alice bids 10 @ 1.00
  alice draws d1 4 from sun
  d1 fails                                  -> failed, 4 back, pays 0.20 for the failure
  alice draws d2 2 from sun
  d2 fails                                  -> failed, 2 back, pays 0.10 for the failure
  alice disputes penalty 1                  -> no: penalty_not_found
  sun disputes penalty 1                    -> disputed
  sun disputes penalty 2                    -> disputed
  it is 60:00
  penalties held are                        -> 0.30
  sun deposits 10
  sun issues 5
  penalty 1 is dismissed                    -> 0.20 given back
  penalty 2 is upheld                       -> 0.10 stands
  penalty 2 is upheld                       -> no: penalty_not_found
  sun owes                                  -> 5, 0 of it sold, bond 0.70
  penalties held are                        -> 0.00
  `,
)

scenario(
  'P-40 penalties stop at one and a half times what the supplier has sold in 30 days',
  `
  sun deposits 10
  sun issues 10
  sun asks 1 @ 1.00
  alice deposits 20
  alice bids 1 @ 1.00
  30 failed calls of 1 by alice at sun cost -> 1.00
  sun owes                                  -> 1, 1 of it sold, bond 0.00
  wind deposits 10
  wind issues 10
  bob deposits 20
  bob bids 1 @ 1.00
  wind asks 1 @ 1.00
  wind deposits 10
  wind issues 20
  40 failed calls of 1 by bob at wind cost  -> 1.50
  `,
)

scenario(
  'P-50 a discount that was no miss is paid back to the supplier by the exchange, which judged wrongly',
  `
  sun deposits 10
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 20
  alice bids 10 @ 1.00
  alice draws d1 1 from sun
  d1 delivers 1000000 out, first after 9200 ms    -> soft_miss: 1 used, 1.00 earned less 0.005, 0.30 refunded
  sun disputes penalty 1                    -> disputed
  penalty 1 is dismissed                    -> no: insufficient_funds
  bob deposits 2000
  eve deposits 2000
  eve issues 90
  eve asks 90 @ 1.00
  bob bids 90 @ 1.00
  bob draws d2 90 from eve
  d2 delivers 90000000 out
  penalty 1 is dismissed                    -> 0.30 given back
  `,
)
