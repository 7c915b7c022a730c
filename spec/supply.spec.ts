import { scenario } from './scenario.ts'

scenario(
  'U-10 units are issued on a certified offer, against a bond of 10 % at the bond reference',
  `
  acme deposits 10.00
  acme registers farm of 100 a minute -> offer.registered
  acme issues 10 on farm   -> no: offer_not_certified
  farm is certified for 1 h -> offer.certified
  acme issues 10 on farm   -> issued 10, bond 1.00
  acme owes                -> 10, 0 of it sold, bond 1.00
  acme holds               -> 10 free, 0 for sale
  acme has                 -> 9.00 free, 0.00 held
`,
)

scenario(
  'U-20 a certificate ends, an offer is suspended, a stranger’s offer is not there',
  `
  acme deposits 10.00
  acme registers farm of 100 a minute
  farm is certified for 1 h
  bolt deposits 10.00
  bolt issues 1 on farm    -> no: offer_not_found
  1 h pass
  acme issues 1 on farm    -> no: offer_not_certified
  farm is certified for 1 h
  farm is suspended        -> offer.suspended
  acme issues 1 on farm    -> no: offer_suspended
  farm is certified for 1 h -> no: offer_suspended
`,
)

scenario(
  'U-25 a suspension is lifted by the operator, and the offer qualifies again; a new offer is no way around it',
  `
  acme deposits 10.00
  acme registers farm of 100 a minute
  farm is lifted           -> no: offer_not_suspended
  farm is certified for 1 h
  acme issues 1 on farm    -> issued 1, bond 0.10
  farm is suspended        -> offer.suspended, redeemed 1, bond 0.10 freed
  acme registers barn of 100 a minute -> no: supplier_suspended
  farm is lifted           -> offer.lifted
  acme issues 1 on farm    -> no: offer_not_certified
  farm is certified for 1 h
  acme issues 1 on farm    -> issued 1, bond 0.10
  acme registers barn of 100 a minute -> offer.registered
  farm is suspended        -> offer.suspended
  acme registers shed of 100 a minute -> offer.registered
`,
)

scenario(
  'U-30 an offer backs at most its committed rate times the life of a lot',
  `
  acme deposits 1000.00
  acme registers still of 0 a minute -> no: quantity_not_positive
  acme registers farm of 1 a minute
  farm is certified for 1 h
  acme issues 241 on farm  -> no: offer_rate_exceeded
  acme issues 240 on farm  -> issued 240, bond 24.00
  acme issues 1 on farm    -> no: offer_rate_exceeded
  acme redeems 40          -> redeemed 40, bond 4.00 freed
  acme issues 40 on farm   -> issued 40, bond 4.00
`,
)

scenario(
  'U-40 without the bond there is no issue',
  `
  acme deposits 0.99
  acme issues 10           -> no: bond_short
  acme issues 0            -> no: quantity_not_positive
  acme deposits 0.01
  acme issues 10           -> issued 10, bond 1.00
`,
)

scenario(
  'U-50 the proceeds of a primary sale stand in escrow, rounded up, until delivery',
  `
  acme deposits 10.00
  acme issues 10
  acme asks 4 @ 1.05       -> rests #1
  alice deposits 10.00
  alice buys 4             -> trades 4 @ 1.05 with #1, #1 filled, #2 filled
  escrow is                -> 4.20
  acme has                 -> 9.00 free, 0.00 held
  acme owes                -> 10, 4 of it sold, bond 1.00
`,
)

scenario(
  'U-60 a primary sale below the bond reference adds the shortfall to the bond',
  `
  acme deposits 10.00
  acme issues 10
  acme asks 5 @ 0.90
  alice deposits 10.00
  alice buys 5
  acme owes                -> 10, 5 of it sold, bond 1.50
  acme has                 -> 8.50 free, 0.00 held
`,
)

scenario(
  'U-70 a resale moves its cash at once: only a sale that raises what is escrowed is primary',
  `
  acme deposits 10.00
  acme issues 10
  acme asks 5 @ 1.00
  alice deposits 10.00
  alice buys 5
  bob deposits 10.00
  bob bids 2 @ 1.10
  alice sells 2            -> trades 2 @ 1.10 with #3, #3 filled, #4 filled
  escrow is                -> 5.00
  alice has                -> 7.1856 free, 0.00 held
`,
)

scenario(
  'U-80 a buy-back frees the cheapest escrow first, to the supplier’s own cash',
  `
  acme deposits 20.00
  acme issues 10
  acme asks 2 @ 1.10
  acme asks 2 @ 1.00
  alice deposits 10.00
  alice buys 2             -> trades 2 @ 1.00 with #2, #2 filled, #3 filled
  alice bids 2 @ 1.10      -> trades 2 @ 1.10 with #1, #1 filled, #4 filled
  escrow is                -> 4.20
  alice asks 3 @ 1.10      -> rests #5
  acme has                 -> 19.00 free, 0.00 held
  acme buys 3              -> trades 3 @ 1.10 with #5, #5 filled, #6 filled
  escrow is                -> 1.10
  acme owes                -> 10, 1 of it sold, bond 1.00
  acme has                 -> 18.7934 free, 0.00 held
`,
)

scenario(
  'U-90 a sale may be part primary and part resale',
  `
  acme deposits 20.00
  acme issues 4
  bolt deposits 20.00
  bolt issues 4
  bolt asks 3 @ 1.00
  acme buys 3
  acme asks 5 @ 1.00
  alice deposits 10.00
  alice buys 5
  acme owes                -> 4, 2 of it sold, bond 0.40
  escrow is                -> 5.00
`,
)

scenario(
  'U-100 unsold units can be redeemed; sold ones cannot, and nobody redeems what it does not owe',
  `
  acme deposits 10.00
  acme issues 10
  acme asks 4 @ 1.00
  alice deposits 10.00
  alice buys 4
  acme redeems 7           -> no: insufficient_units
  acme redeems 6           -> redeemed 6, bond 0.60 freed
  acme owes                -> 4, 4 of it sold, bond 0.40
  alice redeems 1          -> no: insufficient_units
`,
)

scenario(
  'U-110 whoever sells units while owing none cannot take on obligations until those orders are gone',
  `
  acme deposits 10.00
  acme issues 5
  acme asks 5 @ 1.00
  bolt deposits 10.00
  bolt buys 5
  bolt asks 5 @ 1.10       -> rests #3
  bolt issues 5            -> no: sells_without_bond
  bolt cancels #3
  bolt issues 5            -> issued 5, bond 0.50
`,
)
