import type { Claim, Delta, Finish, LogprobEntry, ReasoningSeal, ToolDelta } from './chunk.ts'

export type ToolCall = { id: string; name: string; arguments: string }

const TOOL_ID_PREFIX = 'call_'

/** An answer as it grows out of deltas: what was delivered, and when its first and last content came in. */
export class Answer {
  content = ''
  reasoning = ''
  refusal = ''
  readonly tools: ToolCall[] = []
  /** Embeddings, in the order of the texts. */
  vectors: readonly Float32Array[] = []
  readonly seals: ReasoningSeal[] = []
  /** Where in the reasoning each signature stands. */
  private readonly signed: { signature: string; upTo: number }[] = []
  readonly contentLogprobs: LogprobEntry[] = []
  readonly refusalLogprobs: LogprobEntry[] = []
  /** On the timer; 0 until there is content. */
  firstAt = 0
  lastAt = 0
  finish: Finish | null = null
  stopSequence: string | null = null
  claim: Claim | null = null

  add(delta: Delta, readAt: number): void {
    if (this.firstAt === 0) this.firstAt = readAt
    this.lastAt = readAt
    if (delta.content !== null) this.content += delta.content
    if (delta.reasoning !== null) this.reasoning += delta.reasoning
    if (delta.refusal !== null) this.refusal += delta.refusal
    if (delta.tools !== null) for (const tool of delta.tools) this.addTool(tool)
    if (delta.seals !== null) for (const seal of delta.seals) this.addSeal(seal)
    if (delta.vectors !== undefined) this.vectors = delta.vectors
    if (delta.logprobs?.content) this.contentLogprobs.push(...delta.logprobs.content)
    if (delta.logprobs?.refusal) this.refusalLogprobs.push(...delta.logprobs.refusal)
  }

  private addSeal(seal: ReasoningSeal): void {
    this.seals.push(seal)
    if (seal.type === 'reasoning.text')
      this.signed.push({ signature: seal.signature, upTo: this.reasoning.length })
  }

  private addTool(delta: ToolDelta): void {
    while (this.tools.length <= delta.index)
      this.tools.push({ id: `${TOOL_ID_PREFIX}${this.tools.length}`, name: '', arguments: '' })
    const tool = this.tools[delta.index]
    if (tool === undefined) return
    if (delta.id !== null) tool.id = delta.id
    if (delta.name !== null) tool.name += delta.name
    if (delta.arguments !== null) tool.arguments += delta.arguments
  }

  get empty(): boolean {
    return this.firstAt === 0
  }

  /** The reasoning, cut behind each signature. */
  thoughts(): { text: string; signature: string | null }[] {
    const thoughts: { text: string; signature: string | null }[] = []
    let from = 0
    for (const { signature, upTo } of this.signed) {
      thoughts.push({ text: this.reasoning.slice(from, upTo), signature })
      from = upTo
    }
    if (from < this.reasoning.length) thoughts.push({ text: this.reasoning.slice(from), signature: null })
    return thoughts
  }

  /** Everything that counts as output, reasoning first, each text to be counted by itself. */
  texts(): string[] {
    return [
      this.reasoning,
      this.content,
      this.refusal,
      ...this.tools.flatMap((tool) => [tool.name, tool.arguments]),
    ]
  }
}

/** Every character of a delta that counts as output. */
export function textOf(delta: Delta): string {
  let text = (delta.reasoning ?? '') + (delta.content ?? '') + (delta.refusal ?? '')
  if (delta.tools !== null) for (const tool of delta.tools) text += (tool.name ?? '') + (tool.arguments ?? '')
  return text
}
