// Clients that others build applications on, unchanged: Vercel's AI SDK, LangChain, OpenAI's Agents. Each answers
// a question, streams one, and goes once around with a tool, over suppliers of either dialect.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { ChatAnthropic } from '@langchain/anthropic'
import { HumanMessage, ToolMessage } from '@langchain/core/messages'
import { ChatOpenAI } from '@langchain/openai'
import {
  Agent,
  OpenAIChatCompletionsModel,
  OpenAIResponsesModel,
  run,
  setTracingDisabled,
  tool as agentTool,
} from '@openai/agents'
import type { LanguageModel } from 'ai'
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai'
import OpenAI from 'openai'
import { AFTER_TOOLS, TEXT } from './model.ts'
import { DIALECTS, MODELS, PARAMETERS, stageOfFile } from './stage.ts'

setTracingDisabled(true)
const stage = stageOfFile()
const prompt = 'Is the bus on time?'

const vercel: Record<string, (model: string) => LanguageModel> = {
  'openai responses': (model) => createOpenAI(openaiTerms()).responses(model),
  'openai chat': (model) => createOpenAI(openaiTerms()).chat(model),
  'openai-compatible': (model) => createOpenAICompatible({ name: 'busbar', ...openaiTerms() })(model),
  anthropic: (model) => createAnthropic(openaiTerms())(model),
}
const openaiTerms = () => ({ baseURL: stage.current().base, apiKey: stage.current().key })
const weather = tool({
  description: 'Tells the weather.',
  inputSchema: jsonSchema<{ city: string }>({ ...PARAMETERS, required: ['city'] }),
  execute: async ({ city }) => `4 degrees in ${city}`,
})
// Nothing is stored here: the conversation is sent whole.
const providerOptions = { openai: { store: false } }

for (const dialect of DIALECTS) {
  const name = MODELS[dialect]

  for (const [provider, modelOf] of Object.entries(vercel))
    test(`${dialect}: AI SDK, ${provider}`, async () => {
      const terms = { model: modelOf(name), maxRetries: 0, providerOptions }
      const stream = streamText({ ...terms, prompt })
      let text = ''
      for await (const piece of stream.textStream) text += piece
      assert.equal(text, TEXT)
      assert.equal(await stream.finishReason, 'stop')
      const answered = await generateText({ ...terms, prompt, tools: { weather }, stopWhen: stepCountIs(3) })
      assert.equal(answered.text, AFTER_TOOLS)
      assert.equal(answered.steps.length, 2)
    })

  test(`${dialect}: LangChain`, async () => {
    const { origin, base, key } = stage.current()
    const terms = { model: name, apiKey: key, maxRetries: 0 }
    const configuration = { baseURL: base }
    const models = [
      new ChatOpenAI({ ...terms, configuration }),
      new ChatOpenAI({ ...terms, configuration, useResponsesApi: true, zdrEnabled: true }),
      new ChatAnthropic({ model: name, apiKey: key, anthropicApiUrl: origin, maxRetries: 0, maxTokens: 500 }),
    ]
    const definition = { type: 'function' as const, function: { name: 'weather', parameters: PARAMETERS } }
    for (const model of models) {
      let text = ''
      for await (const piece of await model.stream(prompt)) text += piece.text
      assert.equal(text, TEXT)
      const bound = model.bindTools([definition])
      const question = new HumanMessage(prompt)
      const called = await bound.invoke([question])
      const [call] = called.tool_calls ?? []
      assert.deepEqual([call?.name, call?.args], ['weather', { city: 'Oslo' }])
      const result = new ToolMessage({ content: '4 degrees', tool_call_id: call?.id ?? '' })
      const answer = await bound.invoke([question, called, result])
      assert.equal(answer.text, AFTER_TOOLS)
    }
  })

  test(`${dialect}: OpenAI Agents`, async () => {
    const { base, key } = stage.current()
    const client = new OpenAI({ baseURL: base, apiKey: key, maxRetries: 0 })
    const like = client as unknown as ConstructorParameters<typeof OpenAIResponsesModel>[0]
    for (const model of [new OpenAIResponsesModel(like, name), new OpenAIChatCompletionsModel(like, name)]) {
      const own = agentTool({
        name: 'weather',
        description: 'Tells the weather.',
        parameters: { ...PARAMETERS, required: ['city'] },
        strict: true,
        execute: async () => '4 degrees',
      })
      const agent = new Agent({ name: 'Guide', instructions: 'Use the tool.', model, tools: [own] })
      const result = await run(agent, prompt)
      assert.equal(result.finalOutput, AFTER_TOOLS)
      const streamed = await run(agent, prompt, { stream: true })
      await streamed.completed
      assert.equal(streamed.finalOutput, AFTER_TOOLS)
    }
  })
}
