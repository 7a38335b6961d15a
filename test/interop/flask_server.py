"""A server that knows nothing but the trace, in Flask. Prints its port, then when it sent each message of a job."""

import json
import sys
import time
import uuid

from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

STEP_SECONDS = float(sys.argv[1])
app = Flask(__name__)
sessions = set()


def error(status, code, message, id):
    return jsonify({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}), status


@app.post("/mcp")
def mcp():
    message = request.get_json()
    method, id = message["method"], message["id"]
    if method == "session/start":
        token = str(uuid.uuid4())
        sessions.add(token)
        return jsonify({"jsonrpc": "2.0", "id": id, "result": {"session_token": token}})
    if request.headers.get("Authorization", "").removeprefix("Bearer ") not in sessions:
        return error(401, -32001, "Invalid or expired session token", id)
    if method != "tools/call":
        return error(404, -32601, "Method not found", id)
    return Response(run(id, message["params"]["arguments"]["job_id"]), mimetype="text/event-stream")


def run(id, job_id):
    def event(body):
        print(json.dumps({"sent": time.time()}), flush=True)
        return f"data: {json.dumps({'jsonrpc': '2.0', **body})}\n\n"

    yield event({"id": id, "result": {"status": "Job started. Awaiting progress..."}})
    for progress in (20, 40, 60, 80, 100):
        time.sleep(STEP_SECONDS)
        yield event({"method": "job/progress", "params": {"job_id": job_id, "progress": progress}})
    yield event({"method": "job/completed", "params": {"job_id": job_id, "final_status": "Success"}})


server = make_server("127.0.0.1", 0, app, threaded=True)
print(json.dumps({"port": server.port}), flush=True)
server.serve_forever()
