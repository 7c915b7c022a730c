import { accountRoutes } from './accounts.ts'
import { keyRoutes } from './keys.ts'
import { marketRoutes } from './markets.ts'
import { oauthRoutes } from './oauth.ts'
import { orderRoutes } from './orders.ts'
import { profileRoutes, settingRoutes } from './profile.ts'
import type { GridRoute } from './route.ts'
import { supplyRoutes } from './supply.ts'
import { statsRoutes, usageRoutes } from './usage.ts'

/**
 * Everything this dialect asks for. Older clients ask for trading under the platform's prefix and the other
 * way round, so both prefixes take all of it.
 */
export const GRID_ROUTES: readonly GridRoute[] = [
  ...profileRoutes,
  ...marketRoutes,
  ...orderRoutes,
  ...accountRoutes,
  ...supplyRoutes,
  ...usageRoutes,
  ...statsRoutes,
  ...keyRoutes,
  ...settingRoutes,
  ...oauthRoutes,
]
