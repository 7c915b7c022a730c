import type { CallToolResult } from '@modelcontextprotocol/server'
import { ProtocolError, ProtocolErrorCode, ResourceNotFoundError, Server } from '@modelcontextprotocol/server'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/ajv'
import { OPERATIONS } from '../operations/operations.ts'
import type { Scope } from '../wire/key.ts'
import type { Port, Told } from './port.ts'
import { PROMPTS } from './prompts.ts'
import type { Document } from './shelf.ts'
import type { Tool } from './tool.ts'
import { askedOf } from './tool.ts'
import { TOOLS } from './tools.ts'

/** What one connection, or one request, is served with. */
export type Serving = {
  port: Port
  shelf: readonly Document[]
  version: string
  /** Whether whoever asks may use what needs this scope. */
  may: (scope: Scope | null) => boolean
}

const INSTRUCTIONS =
  'An exchange where inference is a commodity: instruments are grades (text-prime, code-standard, agent-max), not ' +
  'models. Buy units on the order book or let infer buy what it needs; you are charged only for answers that meet the ' +
  'grade. Amounts are decimal text in dollars and units. Every spend states its limit. Begin with list_instruments; ' +
  'busbar://docs/agents is the guide.'

/** One for all: a server is made for each message, and its own validator would cost more than the message. */
const jsonSchemaValidator = new AjvJsonSchemaValidator()

const BY_NAME = new Map(TOOLS.map((tool) => [tool.name, tool]))

/** The exchange as a Model Context Protocol server: the same operations, told as tools. */
export function createMcpServer(serving: Serving): Server {
  const server = new Server(
    { name: 'busbar', version: serving.version, title: 'Busbar exchange' },
    {
      capabilities: { tools: {}, resources: {}, prompts: {} },
      instructions: INSTRUCTIONS,
      jsonSchemaValidator,
    },
  )
  addTools(server, serving)
  addResources(server, serving)
  addPrompts(server)
  return server
}

function addTools(server: Server, { port, may }: Serving): void {
  server.setRequestHandler('tools/list', () => ({
    tools: TOOLS.filter(({ scope }) => may(scope)).map(describe),
  }))
  server.setRequestHandler('tools/call', async ({ params }) => {
    const tool = BY_NAME.get(params.name)
    if (tool === undefined)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no tool ${params.name}.`)
    return resultOf(await tool.run(port, params.arguments ?? {}))
  })
}

const describe = ({ name, description, input, output, reads }: Tool) => ({
  name,
  description,
  inputSchema: input,
  outputSchema: output,
  annotations: { readOnlyHint: reads, destructiveHint: !reads, idempotentHint: reads, openWorldHint: false },
})

/** What a tool says: JSON for programs, and the same as text for models that read only that. */
function resultOf(told: Told): CallToolResult {
  const text = JSON.stringify(told.ok ? told.value : told.problem)
  const content = [{ type: 'text' as const, text }]
  return told.ok ? { content, structuredContent: told.value } : { content, isError: true }
}

const SPEC = /^busbar:\/\/instruments\/([a-z0-9_-]{1,64})\/spec$/i
const spec = OPERATIONS.find(({ id }) => id === 'instrument.spec')

function addResources(server: Server, { port, shelf }: Serving): void {
  server.setRequestHandler('resources/list', () => ({
    resources: shelf.map(({ uri, name, title, description }) => ({
      uri,
      name,
      title,
      description,
      mimeType: 'text/markdown',
    })),
  }))
  server.setRequestHandler('resources/templates/list', () => ({
    resourceTemplates: [
      {
        uriTemplate: 'busbar://instruments/{id}/spec',
        name: 'spec',
        title: 'The spec of an instrument',
        description: 'What a grade promises.',
        mimeType: 'application/json',
      },
    ],
  }))
  server.setRequestHandler('resources/read', async ({ params: { uri } }) => {
    const document = shelf.find((one) => one.uri === uri)
    if (document !== undefined) return { contents: [{ uri, mimeType: 'text/markdown', text: document.text }] }
    const id = SPEC.exec(uri)?.[1]
    if (id === undefined || spec === undefined) throw new ResourceNotFoundError(uri)
    const told = await port.ask(spec, askedOf(spec, { id }))
    if (!told.ok) throw new ResourceNotFoundError(uri)
    return { contents: [{ uri, mimeType: 'application/json', text: JSON.stringify(told.value) }] }
  })
}

function addPrompts(server: Server): void {
  server.setRequestHandler('prompts/list', () => ({
    prompts: PROMPTS.map(({ name, title, description, arguments: given }) => ({
      name,
      title,
      description,
      arguments: given,
    })),
  }))
  server.setRequestHandler('prompts/get', ({ params }) => {
    const prompt = PROMPTS.find(({ name }) => name === params.name)
    if (prompt === undefined)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no prompt ${params.name}.`)
    const given = params.arguments ?? {}
    for (const { name } of prompt.arguments)
      if (given[name] === undefined)
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, `The prompt needs the argument ${name}.`)
    return {
      description: prompt.description,
      messages: [{ role: 'user' as const, content: { type: 'text' as const, text: prompt.text(given) } }],
    }
  })
}
