"""What ollama-python sees, sync and async, as one JSON object; it is told of the models in another."""

import asyncio
import json
import sys

from ollama import AsyncClient, Client, ResponseError

told = json.loads(sys.argv[1])
url, model, endless = told["url"], told["talking"], told["endless"]
question = [{"role": "user", "content": "hello"}]
short = {"num_predict": 200, "temperature": 0}
schema = told["schema"]
format_options = {"num_predict": 300, "temperature": 1.2, "seed": 4}


def get_weather(city: str) -> str:
    """Get the weather.

    Args:
      city: where
    """
    return "rain in " + city


def calls(message):
    return [[call.function.name, dict(call.function.arguments)] for call in message.tool_calls or []]


def told_back(message):
    """The conversation after the tool that the model called has answered."""
    call = message.tool_calls[0].function
    answer = {"role": "tool", "tool_name": call.name, "content": get_weather(**call.arguments)}
    return question + [message, answer]


def sync_client():
    client = Client(host=url)
    seen = {
        "whole": client.chat(model, question, options=short).message.content,
        "generated": client.generate(model, "hello", options=short).response,
    }
    parts = list(client.chat(model, question, stream=True, options=short))
    seen["streamed"] = "".join(part.message.content for part in parts)
    seen["reason"] = parts[-1].done_reason
    seen["counted"] = parts[-1].eval_count > 0
    seen["listed"] = [entry.model for entry in client.list().models]
    seen["running"] = [entry.model for entry in client.ps().models]
    seen["shown"] = client.show(model).details.format

    asked = client.chat(told["calling"], question, tools=[get_weather], options=short).message
    seen["called"] = calls(asked)
    parts = client.chat(told["calling"], question, tools=[get_weather], stream=True, options=short)
    seen["called in parts"] = [call for part in parts for call in calls(part.message)]
    seen["after the tool"] = client.chat(
        model, told_back(asked), tools=[get_weather], options=short
    ).message.content
    seen["structured"] = client.chat(
        told["random"], question, format=schema, options=format_options
    ).message.content
    parts = client.generate(told["random"], "x", format=schema, stream=True, options=format_options)
    seen["structured in parts"] = "".join(part.response for part in parts)
    seen["vectors"] = [len(vector) for vector in client.embed(told["embedding"], ["a", "b"]).embeddings]
    seen["old vector"] = len(client.embeddings(told["embedding"], "a").embedding)

    name = told["name"] + "-sync"
    seen["made"] = client.create(name, from_=model, system="Be kind.").status
    parts = client.create(name, from_=model, system="Be kind.", stream=True)
    seen["made in parts"] = [part.status for part in parts]
    seen["copied"] = client.copy(name, name + "-copy").status
    seen["said by the copy"] = client.chat(name + "-copy", question, options=short).message.content
    seen["deleted"] = [client.delete(each).status for each in (name, name + "-copy")]
    parts = list(client.pull(told["pulled"], insecure=True, stream=True))
    seen["pulled in parts"] = [part.status for part in parts]
    seen["pulled bytes"] = [max(part.completed or 0 for part in parts), max(part.total or 0 for part in parts)]
    seen["pulled"] = client.pull(told["pulled"], insecure=True).status
    client.delete(told["pulled"])

    for _ in client.generate(endless, "go", stream=True):
        break
    try:
        client.chat("no-such-model", question)
    except ResponseError as refused:
        seen["refused"] = [refused.status_code, refused.error]
    return seen


async def async_client():
    client = AsyncClient(host=url)
    whole = await client.chat(model, question, options=short)
    streamed = ""
    async for part in await client.chat(model, question, stream=True, options=short):
        streamed += part.message.content
    answers = await asyncio.gather(*(client.generate(model, "hello", options=short) for _ in range(4)))
    asked = (await client.chat(told["calling"], question, tools=[get_weather], options=short)).message
    called = []
    async for part in await client.chat(
        told["calling"], question, tools=[get_weather], stream=True, options=short
    ):
        called += calls(part.message)
    after = await client.chat(model, told_back(asked), tools=[get_weather], options=short)
    structured = await client.chat(told["random"], question, format=schema, options=format_options)
    vectors = await client.embed(told["embedding"], ["a", "b"])
    name = told["name"] + "-async"
    made = [part.status async for part in await client.create(name, from_=model, stream=True)]
    copied = await client.copy(name, name + "-copy")
    deleted = [(await client.delete(each)).status for each in (name, name + "-copy")]
    pulled = [part.status async for part in await client.pull(told["pulled"], insecure=True, stream=True)]
    return {
        "whole": whole.message.content,
        "streamed": streamed,
        "listed": [entry.model for entry in (await client.list()).models],
        "shown": (await client.show(model)).details.format,
        "at once": [answer.response for answer in answers],
        "called": calls(asked),
        "called in parts": called,
        "after the tool": after.message.content,
        "structured": structured.message.content,
        "vectors": [len(vector) for vector in vectors.embeddings],
        "made in parts": made,
        "copied": copied.status,
        "deleted": deleted,
        "pulled in parts": pulled,
    }


print(json.dumps({"sync": sync_client(), "async": asyncio.run(async_client())}))
