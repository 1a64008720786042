"""A real kernel, and what its cells show."""

import os
from dataclasses import dataclass

from jupyter_client import KernelManager
from places import ROOT

SECONDS = 120


@dataclass
class Output:
    """What one cell showed."""

    text: str = ""  # plain text of displays, results and prints
    html: str = ""
    error: str | None = None  # the class of the exception
    traceback: str = ""

    def hear(self, message: dict) -> None:
        content = message["content"]
        data = content.get("data", {})
        self.text += data.get("text/plain", "") + content.get("text", "") + "\n"
        self.html += data.get("text/html", "")
        if message["msg_type"] == "error":
            self.error = content["ename"]
            self.traceback = "\n".join(content["traceback"])


class Kernel:
    """A kernel of this Python with the checker of this folder."""

    def __init__(self, **variables: str):
        self.manager = KernelManager(kernel_name="python3")
        paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        self.manager.start_kernel(cwd=ROOT, env=os.environ | {"PYTHONPATH": paths} | variables)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=SECONDS)

    def run(self, code: str, metadata: dict | None = None) -> Output:
        """Run a cell; `metadata` is what JupyterLab sends of it."""
        content = {
            "code": code, "silent": False, "store_history": True,
            "user_expressions": {}, "allow_stdin": False, "stop_on_error": True,
        }  # fmt: skip
        request = self.client.session.msg("execute_request", content, metadata=metadata)
        self.client.shell_channel.send(request)
        out = Output()
        while True:
            message = self.client.get_iopub_msg(timeout=SECONDS)
            if message["parent_header"].get("msg_id") != request["header"]["msg_id"]:
                continue
            if message["content"].get("execution_state") == "idle":
                return out
            if message["msg_type"] != "execute_input":
                out.hear(message)

    def end(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
