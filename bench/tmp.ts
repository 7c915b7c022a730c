import { newBareBook } from './bare-book.ts'
import { generate, MID, perform } from './workload.ts'
const work = generate(1, Number(process.argv[2] ?? 50000), 1_000_000)
for (let r = 0; r < 8; r++) {
  const b = newBareBook(MID)
  for (let i = 0; i < work.warm; i++) perform(b, work, i)
  const s = process.hrtime.bigint()
  for (let i = work.warm; i < work.count; i++) perform(b, work, i)
  console.log(
    ((work.count - work.warm) / (Number(process.hrtime.bigint() - s) / 1e9) / 1e6).toFixed(2),
    b.trades,
    b.pool.capacity,
    b.book.size,
  )
}
