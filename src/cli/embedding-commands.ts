import type { Command } from 'commander'
import { isUnreadable } from '../dialect/chunk.ts'
import { embeddingsDialect } from '../dialect/embeddings.ts'
import { REFERENCE_TEXTS, signsOf } from '../measure/vector-space.ts'
import { readInput } from './input.ts'
import type { Runner } from './runner.ts'
import { Fault, printJson } from './session.ts'

const ASK_MS = 60_000

/** The vectors that a model server gives for the reference texts, read as a supplier's are. */
async function vectorsOf(
  baseUrl: string,
  model: string,
  apiKey: string | undefined,
): Promise<Float32Array[]> {
  const messages = REFERENCE_TEXTS.map((content) => ({ role: 'user' as const, content }))
  const response = await fetch(`${baseUrl.replace(/\/+$/, '')}${embeddingsDialect.path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(apiKey !== undefined && embeddingsDialect.keyHeaders(apiKey)),
    },
    body: embeddingsDialect.print({ model, messages }, model, { asked: null, most: 0 }),
    signal: AbortSignal.timeout(ASK_MS),
  })
  if (!response.ok) throw new Fault(`the server answered ${response.status}`)
  const answer = embeddingsDialect.readWhole(await response.text())
  if (isUnreadable(answer)) throw new Fault(answer.detail)
  const vectors = answer.delta?.vectors ?? []
  if (vectors.length !== REFERENCE_TEXTS.length) throw new Fault('the server gave no vector for each text')
  if (vectors.some(({ length }) => length !== vectors[0]?.length))
    throw new Fault('the vectors differ in length')
  return vectors
}

/** `embeddings`: what an operator needs to list a grade of embeddings. */
export function addEmbeddingCommands(program: Command, run: Runner): void {
  const embeddings = program.command('embeddings').description('grades whose units are vectors of texts')
  embeddings
    .command('space')
    .description("print where a model server's vectors lie, as the spec of a grade holds it")
    .requiredOption('--base-url <url>', 'such as https://models.example.com/v1')
    .requiredOption('--model <name>', 'what the server calls the model')
    .option('--api-key-file <path>', 'a file that holds the key of the server')
    .action(
      run('operator', async ({ terminal }, _, options) => {
        const { baseUrl, model, apiKeyFile } = options as {
          baseUrl: string
          model: string
          apiKeyFile?: string
        }
        const apiKey = apiKeyFile === undefined ? undefined : readInput(apiKeyFile).trim()
        const vectors = await vectorsOf(baseUrl, model, apiKey)
        const signs = vectors.map((vector) => signsOf(vector)).join('')
        printJson(terminal, { dimensions: vectors[0]?.length ?? 0, signs })
      }),
    )
}
