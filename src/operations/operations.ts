import { accountOperations } from './accounts.ts'
import { adminOperations } from './admin.ts'
import { approvalOperations } from './approvals.ts'
import { deliveryOperations } from './deliveries.ts'
import { exportOperations } from './exports.ts'
import { keyOperations } from './keys.ts'
import { maintenanceOperations } from './maintenance.ts'
import { mandateOperations } from './mandates.ts'
import { marketOperations } from './market-data.ts'
import { marketStateOperations } from './market-states.ts'
import type { Operation } from '../api/operation.ts'
import { batchOperations } from './order-batch.ts'
import { figureOperations } from '../figures/figures.ts'
import { groupOperations } from './order-groups.ts'
import { orderOperations } from './orders.ts'
import { scorecardOperations } from '../conduct/scorecards.ts'
import { penaltyOperations } from '../conduct/penalties.ts'
import { procurementOperations } from './procurements.ts'
import { protectionOperations } from './protection.ts'
import { qualificationOperations } from './qualifications.ts'
import { suspensionOperations } from './suspensions.ts'
import { supplyOperations } from './supply.ts'
import { statementOperations } from './statements.ts'
import { ticketOperations } from './tickets.ts'
import { webhookOperations } from '../webhook/webhooks.ts'
import { venueOperations } from './venue-operations.ts'

/** Everything the exchange can be asked, once. REST, the documents and the fuzz test all read this table. */
export const OPERATIONS: readonly Operation[] = [
  ...venueOperations,
  ...marketOperations,
  ...figureOperations,
  ...orderOperations,
  ...batchOperations,
  ...groupOperations,
  ...procurementOperations,
  ...accountOperations,
  ...deliveryOperations,
  ...statementOperations,
  ...exportOperations,
  ...supplyOperations,
  ...suspensionOperations,
  ...maintenanceOperations,
  ...qualificationOperations,
  ...mandateOperations,
  ...approvalOperations,
  ...keyOperations,
  ...ticketOperations,
  ...webhookOperations,
  ...adminOperations,
  ...marketStateOperations,
  ...protectionOperations,
  ...penaltyOperations,
  ...scorecardOperations,
]
