import { describe } from 'node:test'
import { openSqlite } from './engines.ts'
import { historyContract } from './history-contract.ts'

describe('history in SQLite:', () => historyContract(openSqlite()))
