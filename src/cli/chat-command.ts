import { text as readAll } from 'node:stream/consumers'
import type { Command } from 'commander'
import type { ChatEnd, ChatMessage, ChatRequest, DeliveryNote } from '../client/chat.ts'
import { wholeOption } from './option.ts'
import type { Options, Runner } from './runner.ts'
import type { Session } from './session.ts'
import { Fault, printJson } from './session.ts'
import { painted } from './terminal.ts'

async function requestOf(args: readonly string[], options: Options): Promise<ChatRequest> {
  const [model = '', ...words] = args
  const { system, maxTokens } = options as { system?: string; maxTokens?: number }
  const prompt = words.length > 0 ? words.join(' ') : await readAll(process.stdin)
  if (prompt.trim() === '') throw new Fault('there is no prompt: give it as words, or on standard input')
  const messages: ChatMessage[] = []
  if (system !== undefined) messages.push({ role: 'system', content: system })
  messages.push({ role: 'user', content: prompt })
  return { model, messages, ...(maxTokens !== undefined && { max_tokens: maxTokens }) }
}

/** One line on who delivered, how much, and where the proof is. */
function footOf(delivery: DeliveryNote | undefined, end: ChatEnd): string {
  const { usage, busbar } = end
  const receipt = busbar?.receipt ?? delivery?.receipt
  const words = [
    `by ${delivery?.supplier ?? 'undisclosed'}`,
    usage && `${usage.prompt_tokens} + ${usage.completion_tokens} tokens`,
    busbar && `${busbar.units} units`,
    busbar && `$${busbar.cost}`,
    receipt && `receipt ${receipt}`,
    end.finishReason === 'length' && 'cut at its limit',
  ]
  return words.filter((word) => typeof word === 'string').join(', ')
}

async function chat({ client, terminal, json }: Session, request: ChatRequest): Promise<void> {
  let delivery: DeliveryNote | undefined
  let text = ''
  for await (const event of client.chat.stream(request)) {
    if (event.type === 'start') delivery = event
    if (event.type === 'text') {
      text += event.text
      if (!json) terminal.out(event.text)
    }
    if (event.type !== 'end') continue
    if (json) printJson(terminal, { text, delivery, ...event })
    else terminal.out(`\n${painted(terminal, 'dim', footOf(delivery, event))}\n`)
  }
}

/** `chat`. */
export function addChatCommand(program: Command, run: Runner): void {
  program
    .command('chat')
    .description('send a prompt, and watch the answer arrive')
    .argument('<instrument>', 'such as text-prime')
    .argument('[prompt...]', 'the prompt; without it, standard input')
    .option('--system <text>', 'a system message before the prompt')
    .option('--max-tokens <tokens>', 'longest answer', wholeOption(1, 1_000_000))
    .action(run('trader', async (session, args, options) => chat(session, await requestOf(args, options))))
}
