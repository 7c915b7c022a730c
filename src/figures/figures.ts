import type { Operation } from '../api/operation.ts'
import { efficiencyOperations } from './efficiency.ts'
import { fixingOperations } from './fixings.ts'
import { indexOperations } from './indices.ts'
import { intelligenceOperations } from './intelligence.ts'
import { machineGdpOperations } from './machine-gdp.ts'
import { sheetOperations } from './sheets.ts'

/** Everything that can be asked about published numbers. */
export const figureOperations: readonly Operation[] = [
  ...fixingOperations,
  ...indexOperations,
  ...intelligenceOperations,
  ...machineGdpOperations,
  ...sheetOperations,
  ...efficiencyOperations,
]
