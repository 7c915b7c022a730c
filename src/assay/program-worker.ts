import type { QuickJSContext } from 'quickjs-emscripten-core'
import { newQuickJSWASMModuleFromVariant } from 'quickjs-emscripten-core'
import { answerWith } from '../thread/answering.ts'

/** A program as a model wrote it, and the calls to make of its function, as JSON lists of arguments. */
export type ProgramQuestion = { source: string; entry: string; calls: readonly string[] }

/** What each call returned, as JSON; null where the program broke, or went beyond its bounds. */
export type ProgramAnswer = (string | null)[]

/** Bounds of one program. The interpreter's memory holds it, its values and nothing else. */
const MEMORY_BYTES = 16 * 1024 * 1024
const STACK_BYTES = 256 * 1024
const RUN_MS = 1_000
const RESULT_CHARS_MAX = 100_000

const quickjs = newQuickJSWASMModuleFromVariant(import('@jitl/quickjs-wasmfile-release-sync'))

/** What a piece of source comes to, as a string; null where it throws or comes to anything else. */
function stringOf(context: QuickJSContext, source: string): string | null {
  const result = context.evalCode(source)
  if (result.error) {
    result.error.dispose()
    return null
  }
  const found = context.typeof(result.value) === 'string' ? context.getString(result.value) : null
  result.value.dispose()
  return found !== null && found.length <= RESULT_CHARS_MAX ? found : null
}

/**
 * Runs the program in an interpreter of its own, which has the language and nothing of the machine: no files,
 * sockets, processes, modules or timers are there to be reached.
 */
async function run({ source, entry, calls }: ProgramQuestion): Promise<ProgramAnswer> {
  const runtime = (await quickjs).newRuntime()
  runtime.setMemoryLimit(MEMORY_BYTES)
  runtime.setMaxStackSize(STACK_BYTES)
  const end = performance.now() + RUN_MS
  runtime.setInterruptHandler(() => performance.now() > end)
  const context = runtime.newContext()
  try {
    if (stringOf(context, `${source}\n;'read'`) === null) return calls.map(() => null)
    return calls.map((args) => stringOf(context, `JSON.stringify(${entry}(...${args}))`))
  } finally {
    context.dispose()
    runtime.dispose()
  }
}

answerWith<ProgramQuestion, ProgramAnswer>(run)
