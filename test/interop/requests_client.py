"""A client that knows nothing but the trace: plain JSON-RPC over HTTP with the defaults of `requests`.

Prints one JSON object per message: when it arrived (seconds since 1970) and what it was.
"""

import json
import sys
import time

import requests

url = sys.argv[1]


def tell(**facts):
    print(json.dumps({"at": time.time(), **facts}), flush=True)


def post(message, **options):
    return requests.post(url, json={"jsonrpc": "2.0", **message}, **options)


start = post({"id": 1, "method": "session/start"})
tell(status=start.status_code, type=start.headers["content-type"], body=start.text)
token = start.json()["result"]["session_token"]
headers = {"Authorization": f"Bearer {token}"}

for wrong in ({}, {"Authorization": "Bearer nonsense"}):
    refused = post({"id": 7, "method": "tools/list"}, headers=wrong)
    tell(status=refused.status_code, type=refused.headers["content-type"], body=refused.text)

unknown = post({"id": 8, "method": "no/such"}, headers=headers)
tell(status=unknown.status_code, type=unknown.headers["content-type"], body=unknown.text)

job = {"name": "job/run", "arguments": {"job_id": "job-123"}}
with post({"id": 2, "method": "tools/call", "params": job}, headers=headers, stream=True) as response:
    tell(status=response.status_code, type=response.headers["content-type"])
    # One byte at a time, or requests would hold lines back until its buffer is full.
    for line in response.iter_lines(chunk_size=1):
        if line:
            tell(line=line.decode())
