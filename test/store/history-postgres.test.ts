import { describe } from 'node:test'
import { openServer } from './engines.ts'
import { historyContract } from './history-contract.ts'

const engine = await openServer()
if (engine !== undefined) describe('history in PostgreSQL:', () => historyContract(engine))
