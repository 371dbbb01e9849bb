// What ollama-js sees, as one JSON object; it is told of the models in another.
import { Ollama } from 'ollama'

const told = JSON.parse(process.argv[2])
const client = new Ollama({ host: told.url })
const model = told.talking
const messages = [{ role: 'user', content: 'hello' }]
const options = { num_predict: 200, temperature: 0 }
const format = told.schema
const formatOptions = { num_predict: 300, temperature: 1.2, seed: 4 }
const tools = [
  {
    type: 'function',
    function: {
      name: 'get_weather',
      description: 'Get the weather',
      parameters: { type: 'object', required: ['city'], properties: { city: { type: 'string' } } },
    },
  },
]
const seen = {}

const calls = (message) =>
  (message.tool_calls ?? []).map((call) => [call.function.name, call.function.arguments])

seen.whole = (await client.chat({ model, messages, options })).message.content
seen.generated = (await client.generate({ model, prompt: 'hello', options })).response
seen.streamed = ''
for await (const part of await client.chat({ model, messages, options, stream: true })) {
  seen.streamed += part.message.content
  seen.reason = part.done_reason
}
seen.listed = (await client.list()).models.map((entry) => entry.model)
seen.running = (await client.ps()).models.map((entry) => entry.model)
seen.shown = (await client.show({ model })).details.format

const asked = (await client.chat({ model: told.calling, messages, tools, options })).message
seen.called = calls(asked)
seen['called in parts'] = []
for await (const part of await client.chat({ model: told.calling, messages, tools, options, stream: true })) {
  seen['called in parts'].push(...calls(part.message))
}
const answer = { role: 'tool', tool_name: 'get_weather', content: 'rain in Paris' }
const after = [...messages, asked, answer]
seen['after the tool'] = (await client.chat({ model, messages: after, tools, options })).message.content
const structured = { model: told.random, format, options: formatOptions }
seen.structured = (await client.chat({ ...structured, messages })).message.content
seen['structured in parts'] = ''
for await (const part of await client.generate({ ...structured, prompt: 'x', stream: true })) {
  seen['structured in parts'] += part.response
}
const vectors = await client.embed({ model: told.embedding, input: ['a', 'b'] })
seen.vectors = vectors.embeddings.map((vector) => vector.length)
seen['old vector'] = (await client.embeddings({ model: told.embedding, prompt: 'a' })).embedding.length

const name = told.name + '-js'
seen.made = (await client.create({ model: name, from: model, system: 'Be kind.' })).status
seen['made in parts'] = []
for await (const part of await client.create({ model: name, from: model, system: 'Be kind.', stream: true })) {
  seen['made in parts'].push(part.status)
}
seen.copied = (await client.copy({ source: name, destination: name + '-copy' })).status
seen['said by the copy'] = (await client.chat({ model: name + '-copy', messages, options })).message.content
seen.deleted = []
for (const each of [name, name + '-copy']) {
  seen.deleted.push((await client.delete({ model: each })).status)
}
seen['pulled in parts'] = []
seen['pulled bytes'] = [0, 0]
for await (const part of await client.pull({ model: told.pulled, insecure: true, stream: true })) {
  seen['pulled in parts'].push(part.status)
  seen['pulled bytes'] = [
    Math.max(seen['pulled bytes'][0], part.completed ?? 0),
    Math.max(seen['pulled bytes'][1], part.total ?? 0),
  ]
}
seen.pulled = (await client.pull({ model: told.pulled, insecure: true })).status

try {
  await client.chat({ model: 'no-such-model', messages })
} catch (refused) {
  seen.refused = [refused.status_code, refused.error]
}
try {
  for await (const part of await client.generate({ model: told.endless, prompt: 'go', stream: true })) {
    if (part.response) client.abort()
  }
} catch (aborted) {
  seen.aborted = aborted.name
}
console.log(JSON.stringify(seen))
