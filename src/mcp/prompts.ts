type Argument = { name: string; description: string; required: boolean }

/** A way to begin, for a person who hands a task to an agent. */
export type Prompt = {
  name: string
  title: string
  description: string
  arguments: Argument[]
  text: (given: Record<string, string>) => string
}

const argument = (name: string, description: string): Argument => ({ name, description, required: true })

export const PROMPTS: readonly Prompt[] = [
  {
    name: 'buy_inference',
    title: 'Buy inference for a task',
    description: 'Choose a grade for a task, price it, and get it done within a budget.',
    arguments: [
      argument('task', 'What is to be done.'),
      argument('budget', 'Dollars that may be spent at most, such as 0.50.'),
    ],
    text: ({ task, budget }) =>
      `Get this task done with inference bought on the exchange, for at most $${budget} in all:\n\n${task}\n\n` +
      'Compare the grades with list_instruments and get_spec, and take the cheapest that is good enough for the ' +
      'task. Read get_book for what it costs now. Call infer with an explicit max_tokens and max_price, so that the ' +
      'worst case stays within the budget. Fetch the receipt with get_receipt, check it with verify_receipt, and ' +
      'report what was spent.',
  },
  {
    name: 'stock_up',
    title: 'Buy units ahead',
    description: 'Buy units of a grade under a price limit, without crossing more of the book than needed.',
    arguments: [
      argument('instrument', 'Such as text-prime.'),
      argument('units', 'How many units, such as 5.'),
      argument('price', 'Dollars per unit at most.'),
    ],
    text: ({ instrument, units, price }) =>
      `Buy ${units} units of ${instrument} at no more than $${price} per unit. Preview the order first and show me ` +
      'fill, average and fee. If the book is thin, rest a limit order instead of paying through it. Use a fresh ' +
      'client_order_id, and on an unknown outcome ask again with the same one.',
  },
  {
    name: 'audit_spending',
    title: 'Audit what was spent',
    description: 'Reconcile mandates, deliveries and receipts of the last day.',
    arguments: [],
    text: () =>
      'Reconcile my account: for each mandate, what it may spend, has spent and has left; for the deliveries of the ' +
      'last 24 hours, verdicts, units and cost, with the receipts of the five dearest checked by verify_receipt; and ' +
      'any lots that expire within the hour. Say what looks wrong.',
  },
]
