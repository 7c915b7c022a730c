import { z } from 'zod'
import type { Item } from '../pool/item.ts'
import { bare, matches } from '../pool/item.ts'
import { createSandbox } from './sandbox.ts'

/** Says whether a reply answers an item. */
export type Grader = {
  /** Rejects only if no program can be run at all: whatever a reply holds is right or wrong. */
  passes(item: Item, reply: string): Promise<boolean>
  close(): Promise<void>
}

/** The code of a reply: its first fenced block, or all of it. A module's `export` says nothing here. */
function codeIn(reply: string): string {
  const code = /```\w*\n([^]*?)\n?```/.exec(reply)?.[1] ?? bare(reply)
  return code.replace(/^export (default )?/gm, '')
}

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    // Not JSON is a wrong answer like any other.
    return undefined
  }
}

function satisfies(schema: object, reply: string): boolean {
  const found = parsed(bare(reply))
  const type = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])
  return found !== undefined && type.safeParse(found.value).success
}

export function createGrader(): Grader {
  const sandbox = createSandbox()

  async function runs(item: Extract<Item, { kind: 'program' }>, reply: string): Promise<boolean> {
    const calls = item.cases.map(({ args }) => JSON.stringify(args))
    const results = await sandbox.run({ source: codeIn(reply), entry: item.entry, calls })
    // Compared as text: what a program returns may nest deeper than anything here should follow.
    return item.cases.every(({ returns }, at) => results[at] === JSON.stringify(returns))
  }

  return {
    async passes(item, reply) {
      switch (item.kind) {
        case 'schema':
          return satisfies(item.schema, reply)
        case 'program':
          return runs(item, reply)
        default:
          return matches(item, reply)
      }
    },
    close: () => sandbox.close(),
  }
}
