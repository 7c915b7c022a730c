/** A promise of the exchange was broken: the code itself is wrong, and the process must stop. */
export class BrokenPromise extends Error {
  override name = 'BrokenPromise'
}

/** Stops the process's current work when the code itself is wrong. Never used for bad input. */
export function assert(truth: boolean, rule: string): asserts truth {
  if (!truth) throw new BrokenPromise(rule)
}

/** The value, which the code has already made sure exists. */
export function known<Value>(value: Value | undefined, rule: string): Value {
  if (value === undefined) throw new BrokenPromise(rule)
  return value
}

/** Ends a switch over a closed union: adding a case without handling it fails to compile. */
export function unreachable(value: never): never {
  throw new BrokenPromise(`no case for ${JSON.stringify(value)}`)
}
