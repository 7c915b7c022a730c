import { scenario } from './scenario.ts'

scenario(
  'C-10 cover is bought in whole lots from who can serve, and paid by the escrow and the bond of who failed',
  `
  sun deposits 20
  wind deposits 10
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 20
  alice bids 10 @ 1.00
  wind issues 10
  wind asks 10 @ 1.05
  sun has                                   -> 19.00 free, 0.00 held
  alice draws d1 1.5 from sun
  d1 fails over to wind                     -> no: supply_short
  d1 is covered by wind -> trades 2 @ 1.05 with #3, #4 filled, pays 0.075 for the failure, covered by 2 for 2.1042
  sun owes                                  -> 8, 8 of it sold, bond 0.65664
  sun has                                   -> 19.16416 free, 0.00 held
  wind owes                                 -> 10, 2 of it sold, bond 1.00
  alice has                                 -> 9.98 free, 0.00 held
  d1 delivers 1500000 out                   -> conforming: 1.5 used, 1.575 earned less 0.007875
  the units of alice are                    -> 8.5 trading, 0 in lots, 0 drawn
  `,
)

scenario(
  'C-20 surplus escrow pays the 5 % first and then returns to who failed',
  `
  sun deposits 20
  wind deposits 10
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 20
  alice bids 10 @ 1.00
  wind issues 10
  wind asks 10 @ 0.90
  alice draws d1 1 from sun
  d1 is covered by wind -> trades 1 @ 0.90 with #3, #4 filled, pays 0.05 for the failure, covered by 1 for 0.9018
  sun owes                                  -> 9, 9 of it sold, bond 0.90
  sun has                                   -> 19.1482 free, 0.00 held
  penalties held are                        -> 0.05
  `,
)

scenario(
  'C-30 cover is a first sale of another supplier that can serve, up to twice the contract price',
  `
  sun deposits 20
  wind deposits 10
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 40
  alice bids 10 @ 1.00
  alice asks 5 @ 1.00
  alice draws d1 1 from sun
  wind issues 10
  d1 is covered by wind                     -> no: cover_short
  wind asks 10 @ 1.10
  the offer of wind is suspended
  d1 is covered by wind                     -> no: cover_short
  rain deposits 10
  rain issues 10
  rain asks 10 @ 1.05
  d1 is covered by wind or rain -> trades 1 @ 1.05 with #5, #6 filled, pays 0.05 for the failure, covered by 1 for 1.0521
  `,
)

scenario(
  'C-40 what nobody can serve comes back and lives on by the outage; the bond of who failed first compensates',
  `
  sun deposits 20
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 20
  alice bids 10 @ 1.00
  alice transfers 4                         -> lot of 4 until 13:00
  alice draws d1 2 from sun, for 60 min
  20 min pass
  d1 fails after 400000 in, 300000 out -> failed, 2 back, lot of 2 until 13:20,
    pays 0.10 for the failure, pays 0.10 for the outage
  sun owes                                  -> 10, 10 of it sold, bond 0.80
  alice has                                 -> 10.08 free, 0.00 held
  the lots of alice are                     -> 2 until 13:00, 2 until 13:20
  `,
)

scenario(
  'C-50 no unit is compensated twice, and an outage is given to a unit once',
  `
  sun deposits 20
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 20
  alice bids 1 @ 1.00
  alice transfers 1                         -> lot of 1 until 13:00
  alice draws d1 1 from sun, for 60 min
  10 min pass
  d1 fails after 0 in, 1000000 out -> failed, 1 back, lot of 1 until 13:10,
    pays 0.05 for the failure, pays 0.25 for the outage
  alice draws d2 1 from sun, for 60 min
  20 min pass
  d2 fails after 0 in, 1000000 out          -> failed, 1 back, lot of 1 until 13:30, pays 0.05 for the failure
  the lots of alice are                     -> 1 until 13:30
  alice draws d3 1 from sun, for 60 min
  d3 delivers 500000 out
  alice draws d4 0.5 from sun, for 60 min
  5 min pass
  d4 fails after 0 in, 500000 out           -> failed, 0.5 back, lot of 0.5 until 13:35, pays 0.025 for the failure
  `,
)

scenario(
  'C-60 who failed first compensates, whoever failed last',
  `
  sun deposits 20
  wind deposits 20
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 40
  alice bids 10 @ 1.00
  wind issues 10
  wind asks 10 @ 1.00
  bob deposits 20
  bob bids 10 @ 1.00
  alice draws d1 1 from sun
  d1 fails over to wind                     -> rerouted, pays 0.05 for the failure
  d1 fails after 1000000 in, 0 out          -> failed, 1 back, pays 0.05 for the failure, pays 0.0625 for the outage
  sun owes                                  -> 10, 10 of it sold, bond 0.8875
  wind owes                                 -> 10, 10 of it sold, bond 0.95
  `,
)
