/** Names of requests, unique for ever: when the process began, and a count. */
export type RequestIds = { next(): string }

export function createRequestIds(bootMs: number): RequestIds {
  const boot = bootMs.toString(36)
  let count = 0
  return { next: () => `req_${boot}_${(++count).toString(36)}` }
}
