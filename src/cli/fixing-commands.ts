import { createHash } from 'node:crypto'
import type { Command } from 'commander'
import { parseDecimal } from '../base/decimal.ts'
import { MICROS_PER_SECOND, parseRfc3339 } from '../base/time.ts'
import type { Client } from '../client/client.ts'
import type { FixingInputs } from '../index/fixing.ts'
import { FIXING_METHOD } from '../index/fixing.ts'
import type { PublicTrade } from '../index/fixing-check.ts'
import { dayFaults, hourFaults } from '../index/fixing-check.ts'
import type { FixingOut, FixingProofOut } from '../bulletin/fixing.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import { wholeOption } from './option.ts'
import type { Runner } from './runner.ts'
import type { Session } from './session.ts'
import { printJson } from './session.ts'
import { orDash, printTable } from './terminal.ts'
import type { Finding, VenueParts } from './venue-commands.ts'
import { report } from './venue-commands.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const micros = (text: string): number => parseDecimal(text, 6) ?? Number.NaN
const priceOf = ({ price }: { price: string | null }): number | null =>
  price === null ? null : micros(price)
const timeOf = (text: string): number => parseRfc3339(text) ?? Number.NaN

/** The public trades of an instrument from `since` on, and whether the record reaches that far back. */
async function tradesSince(client: Client, instrument: string, since: number): Promise<PublicTrade[]> {
  const found: PublicTrade[] = []
  for (let after: string | undefined; ; ) {
    const page = await client.trades(instrument, { after, limit: 1_000 })
    for (const { at, price, quantity } of page.data)
      found.push({ at: timeOf(at), price: micros(price), wt: micros(quantity) })
    after = page.next_cursor ?? undefined
    if (after === undefined || (found.at(-1)?.at ?? 0) < since) return found
  }
}

/** The hourly prints of an instrument before a fixing, newest first. */
async function* hoursBefore(client: Client, { instrument, seq }: FixingOut): AsyncGenerator<FixingOut, void> {
  for await (const one of client.fixings.all({ instrument, period: 'hour' }))
    if (one.seq < seq && one.corrects === null) yield one
}

async function hourlyFaults(client: Client, proof: FixingProofOut): Promise<string[]> {
  const at = timeOf(proof.at)
  const hour = proof.hour_seconds * MICROS_PER_SECOND
  const reach = at - hour * FIXING_METHOD.hours_of_the_wide_window
  const trades = await tradesSince(client, proof.instrument, reach)
  let previous: number | null = null
  for await (const one of hoursBefore(client, proof)) {
    previous = priceOf(one)
    if (previous !== null) break
  }
  const claimed = { price: priceOf(proof), tier: proof.tier }
  return hourFaults({ inputs: JSON.parse(proof.inputs) as FixingInputs, at, hour, claimed }, trades, previous)
}

async function dailyFaults(client: Client, proof: FixingProofOut): Promise<string[]> {
  const end = timeOf(proof.at)
  const start = end - FIXING_METHOD.day_hours * proof.hour_seconds * MICROS_PER_SECOND
  const published: (number | null)[] = []
  for await (const one of hoursBefore(client, proof)) {
    const at = timeOf(one.at)
    if (at <= start) break
    if (at <= end) published.unshift(priceOf(one))
  }
  const { hours } = JSON.parse(proof.inputs) as { hours: (number | null)[] }
  return dayFaults(hours, published, { price: priceOf(proof), tier: proof.tier })
}

/** Computes a fixing again from the public record and holds it against what was published and signed. */
export async function verifyFixing(
  client: Client,
  parts: Pick<VenueParts, 'signatureFault'>,
  id: string,
): Promise<Finding> {
  const [proof, { receipt_public_key: key }] = await Promise.all([client.fixings.get(id), client.status()])
  const faults: string[] = []
  if (sha256(proof.inputs) !== proof.inputs_root) faults.push('the inputs do not hash to the inputs root')
  if (sha256(canonicalJson(FIXING_METHOD)) !== proof.methodology_sha256)
    faults.push('it was made by another method than this program knows')
  const { version: _, public_key: __, signature: ___, ...signed } = proof.receipt
  const { inputs: ____, receipt: _____, ...printed } = proof
  if (canonicalJson(signed) !== canonicalJson(printed)) faults.push('the receipt tells of another print')
  const signature = await parts.signatureFault(proof.receipt, key)
  if (signature !== undefined) faults.push(signature)
  if (proof.corrects === null)
    faults.push(
      ...(proof.period === 'hour' ? await hourlyFaults(client, proof) : await dailyFaults(client, proof)),
    )
  const { instrument, at, price, tier, pace } = proof
  const facts = { id, instrument, at, price: price ?? 'no settle', tier, pace }
  return faults.length === 0 ? { ok: true, facts } : { ok: false, facts, reason: faults.join('; ') }
}

async function listFixings(session: Session, instrument: string | undefined, limit: number, period: unknown) {
  const { client, terminal, json } = session
  const page = await client.fixings.list({
    instrument,
    limit,
    ...((period === 'hour' || period === 'day') && { period }),
  })
  if (json) return printJson(terminal, page)
  if (page.data.length === 0) return terminal.out('no fixings\n')
  printTable(
    terminal,
    [
      { title: 'fixing' },
      { title: 'instrument' },
      { title: 'of' },
      { title: 'until' },
      { title: 'price', isNumber: true },
      { title: 'from' },
      { title: 'pace', isNumber: true },
    ],
    page.data.map((one) => [
      one.id,
      one.instrument,
      one.corrects === null ? one.period : 'correction',
      `${one.at.slice(0, 19)}Z`,
      orDash(one.price),
      one.tier,
      `${one.pace}`,
    ]),
  )
}

/** `fixing list`, `show` and `verify`. */
export function addFixingCommands(program: Command, parts: VenueParts, run: Runner): void {
  const fixing = program.command('fixing').description('list published fixings and compute them again')
  fixing
    .command('list')
    .description('list fixings, newest first')
    .argument('[instrument]', 'such as text-prime; without it, every one')
    .option('--period <period>', 'hour or day')
    .option('--limit <rows>', 'rows', wholeOption(1, 1_000), 20)
    .action(
      run('trader', (session, [instrument], options) =>
        listFixings(session, instrument, Number(options.limit), options.period),
      ),
    )
  fixing
    .command('show')
    .description('print a fixing with its inputs and its receipt')
    .argument('<id>', 'such as fix_812')
    .action(
      run('trader', async ({ client, terminal }, [id = '']) =>
        printJson(terminal, await client.fixings.get(id)),
      ),
    )
  fixing
    .command('verify')
    .description('compute a fixing again from the public record, and check its receipt')
    .argument('<id>', 'such as fix_812')
    .action(
      run('trader', async (session, [id = '']) => {
        report(session, await verifyFixing(session.client, parts, id))
      }),
    )
}
