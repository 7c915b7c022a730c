/**
 * Does a task for every item, at most `width` at once. Rejects with the first failure, after all have ended.
 */
export async function pooled<Item>(
  items: readonly Item[],
  width: number,
  task: (item: Item) => Promise<void>,
): Promise<void> {
  const left = [...items]
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await task(item)
  }
  const done = await Promise.allSettled(Array.from({ length: width }, worker))
  for (const one of done) if (one.status === 'rejected') throw one.reason
}
