"""Runs generated chains: every chainlet under the real Truss server, each in a process of its own, and
all of them wired to one another as a platform does it. What is not code (an engine) is played by a
server that streams.

Reads a list of chains as JSON from the standard input, and prints what came of each call as JSON:
    [{"dir": DIR, "calls": [{"chainlet": CLASS, "body": …, "kind": "json" | "binary" | "socket"}]}]
"""

import asyncio
import http.server
import json
import os
import pathlib
import signal
import socket
import sys
import tempfile
import time
import traceback

HOME = tempfile.mkdtemp(prefix="plimsoll-driver-")
os.environ["HOME"] = HOME
KEY = "the-key-of-the-chain"
os.environ["TRUSS_SECRET_baseten_chain_api_key"] = KEY
os.environ["TRUSS_SECRET_hf_access_token"] = "a-secret"

import truss
import yaml

# In an image, the server's files and `_truss_shared` lie beside one another.
templates = pathlib.Path(truss.__file__).parent / "templates"
os.symlink(templates / "shared", pathlib.Path(HOME) / "_truss_shared")
# What an image would install and is too large for a test is played.
FAKES = pathlib.Path(__file__).parent / "fakes"
sys.path[:0] = [str(templates / "server"), HOME, str(FAKES)]
sys.dont_write_bytecode = True

import httpx
import truss_chains.remote_chainlet.stub  # noqa: F401  Once, for all that are forked.
import truss_server
import uvicorn
import websockets
from _truss_shared import dynamic_config_resolver, serialization
from truss.templates.shared import dynamic_config_resolver as other_resolver


def listening():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    return listener


def serve(folder, listener, dynamic):
    """The real server of one chainlet; does not return."""
    os.chdir(folder)
    # The server looks at the root of the image for them.
    if (folder / "packages").exists():
        sys.path.append(str(folder / "packages"))
    for resolver in (dynamic_config_resolver, other_resolver):
        resolver.DYNAMIC_CONFIG_MOUNT_DIR = dynamic
    server = truss_server.TrussServer(0, "config.yaml")
    config = uvicorn.Config(server.create_application(), log_level="warning", loop="asyncio")
    server._server = uvicorn.Server(config)
    server._server.run(sockets=[listener])


class Engine(http.server.BaseHTTPRequestHandler):
    """Streams what it was asked, a word at a time and within characters."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.headers["Authorization"] == f"Api-Key {KEY}", self.headers
        said = " ".join(message["content"] for message in body["messages"]).upper()
        self.send_response(200)
        self.end_headers()
        for byte in said.encode():
            self.wfile.write(bytes([byte]))
            self.wfile.flush()

    def log_message(self, *_):
        pass


def play_engine(listener):
    server = http.server.ThreadingHTTPServer(listener.getsockname(), Engine, False)
    server.socket = listener
    server.serve_forever()


def ready(port, process):
    """Waits until a server has loaded its model."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if os.waitpid(process, os.WNOHANG)[0]:
            raise RuntimeError("the server has ended")
        try:
            if httpx.get(f"http://127.0.0.1:{port}/v1/models/model").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise RuntimeError("the server does not become ready")


async def speak(port, texts):
    answers = []
    async with websockets.connect(f"ws://127.0.0.1:{port}/v1/websocket") as connection:
        for text in texts:
            await connection.send(text)
            if text != "bye":
                answers.append(await connection.recv())
        try:
            await connection.recv()
        except websockets.ConnectionClosed as closed:
            answers.append(closed.rcvd.code)
    return answers


def ask(port, call):
    kind, body = call.get("kind", "json"), call["body"]
    if kind == "socket":
        return {"status": 101, "answer": asyncio.run(speak(port, body))}
    url = f"http://127.0.0.1:{port}/v1/models/model:predict"
    if kind == "binary":
        headers = {"Content-Type": "application/octet-stream"}
        data = serialization.truss_msgpack_serialize(body)
        answer = httpx.post(url, content=data, headers=headers, timeout=60)
        content = serialization.truss_msgpack_deserialize(answer.content)
        return {"status": answer.status_code, "answer": content}
    answer = httpx.post(url, json=body, timeout=60)
    try:
        return {"status": answer.status_code, "answer": answer.json()}
    except ValueError:
        return {"status": answer.status_code, "answer": answer.content.decode()}


def run(chain):
    folders = sorted(path for path in pathlib.Path(chain["dir"]).iterdir() if path.is_dir())
    configs = {folder.name: yaml.safe_load((folder / "config.yaml").read_text()) for folder in folders}
    listeners = {folder.name: listening() for folder in folders}
    dynamic = tempfile.mkdtemp(dir=HOME)
    urls = {}
    for config in configs.values():
        chains = config["model_metadata"].get("chains_metadata", {})
        for name, service in chains.get("chainlet_to_service", {}).items():
            port = listeners[name].getsockname()[1]
            is_engine = configs[name]["trt_llm"] is not None
            path = "" if is_engine else "/v1/models/model:predict"
            urls[service["display_name"]] = {"predict_url": f"http://127.0.0.1:{port}{path}"}
    pathlib.Path(dynamic, "dynamic_chainlet_config").write_text(json.dumps(urls))
    pathlib.Path(dynamic, "environment").write_text(json.dumps({"name": "production"}))
    processes = {}
    try:
        for folder in folders:
            process = os.fork()
            if process == 0:
                try:
                    os.dup2(2, 1)
                    if (folder / "model").exists():
                        serve(folder, listeners[folder.name], dynamic)
                    else:
                        play_engine(listeners[folder.name])
                except BaseException:
                    traceback.print_exc()
                finally:
                    os._exit(1)
            processes[folder.name] = process
        for folder in folders:
            if (folder / "model").exists():
                ready(listeners[folder.name].getsockname()[1], processes[folder.name])
        calls = chain["calls"]
        return [ask(listeners[call["chainlet"]].getsockname()[1], call) for call in calls]
    finally:
        for process in processes.values():
            try:
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
            except (ProcessLookupError, ChildProcessError):
                pass
        for listener in listeners.values():
            listener.close()


def outcome(chain):
    try:
        return {"answers": run(chain)}
    except Exception as error:
        traceback.print_exc()
        return {"error": f"{type(error).__name__}: {error}"}


json.dump([outcome(chain) for chain in json.load(sys.stdin)], sys.stdout)
