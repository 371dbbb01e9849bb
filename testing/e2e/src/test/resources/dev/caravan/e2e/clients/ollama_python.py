"""What ollama-python sees, sync and async, as one JSON object: URL, model, endless model."""

import asyncio
import json
import sys

from ollama import AsyncClient, Client, ResponseError

url, model, endless = sys.argv[1:]
question = [{"role": "user", "content": "hello"}]
short = {"num_predict": 200, "temperature": 0}


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
    return {
        "whole": whole.message.content,
        "streamed": streamed,
        "listed": [entry.model for entry in (await client.list()).models],
        "shown": (await client.show(model)).details.format,
        "at once": [answer.response for answer in answers],
    }


print(json.dumps({"sync": sync_client(), "async": asyncio.run(async_client())}))
