import { scenario } from './scenario.ts'

scenario(
  'G-10 the standing of a supplier sets the bond of what it issues from then on',
  `
  sun deposits 20
  sun issues 10                             -> issued 10, bond 1.00
  sun is graded A
  sun issues 10                             -> issued 10, bond 0.75
  sun is graded B
  sun issues 10                             -> issued 10, bond 1.00
  sun is graded C
  sun issues 10                             -> issued 10, bond 1.50
  sun is graded probation
  sun issues 10                             -> issued 10, bond 2.00
  sun owes                                  -> 50, 0 of it sold, bond 6.25
  `,
)

scenario(
  'G-20 below 90 a supplier loses its certificates, and is in default of what it has sold there',
  `
  sun deposits 20
  sun issues 10
  sun asks 10 @ 1.00
  alice deposits 20
  alice bids 4 @ 1.00
  sun is graded suspended -> supplier.graded, #1 canceled: default, redeemed 6, bond 0.60 freed, default of 4: suspended
  sun issues 1                              -> no: offer_not_certified
  alice draws d1 1 from sun                 -> no: offer_not_certified
  it is 12:00                               -> lot of 4 until 16:00, 4 cancelled for 4.00, 0.00 returned
  `,
)
