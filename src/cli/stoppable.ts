/** Runs work with a signal that comes when the process is told to stop, by Ctrl-C or otherwise. */
export async function stoppable<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  reason?: Error,
): Promise<Result> {
  const stop = new AbortController()
  const onSignal = () => stop.abort(reason)
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  try {
    return await work(stop.signal)
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}
