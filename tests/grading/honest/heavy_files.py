"""Uploads of honest learners that are large, repetitive, or packed by an odd program: all are taken.

A function makes the one file of its learner: its name and its bytes.
"""

import base64
import json
import random

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from upload_kit import archive, notebook

A = "06_pruning"
HONEST = []


def honest(make):
    HONEST.append(make)
    return make


def with_outputs(*outputs) -> bytes:
    """A notebook with an answer, and these outputs in another cell."""
    own = new_code_cell(
        "answer", id="answer", metadata={"nbgrader": {"grade_id": "threshold_mask"}}
    )
    cells = [own, new_code_cell("plot()", outputs=list(outputs))]
    return nbformat.writes(new_notebook(cells=cells)).encode()


@honest
def a_runaway_print():
    """130,000 lines, three kilobytes in the archive."""
    lines = new_output("stream", name="stdout", text="loss nan\n" * 130_000)
    return "hana.zip", archive({f"{A}.ipynb": with_outputs(lines)})


@honest
def a_tensor_of_zeros():
    zeros = new_output("display_data", {"application/json": [[0] * 500] * 500})
    return "hana.zip", archive({f"{A}.ipynb": with_outputs(zeros)})


@honest
def twenty_large_pictures():
    """9 MB that nothing packs."""
    picture = base64.b64encode(random.Random(0).randbytes(340_000)).decode()
    shown = [new_output("display_data", {"image/png": picture + "\n"})] * 20
    return "hana.ipynb", with_outputs(*shown)


@honest
def an_animation():
    """Frames inside of a page: one text of 15 MB."""
    page = new_output("display_data", {"text/html": f"<img src='{'あ+/' * 3_000_000}'>"})
    return "hana.zip", archive({f"{A}.ipynb": with_outputs(page)})


@honest
def the_state_of_widgets():
    content = json.loads(notebook())
    models = {str(n): {"state": {"value": n, "layout": {"x": [n]}}} for n in range(5_000)}
    content["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": models}
    return "hana.ipynb", json.dumps(content).encode()


@honest
def three_hundred_cells_of_notes():
    content = json.loads(notebook())
    content["cells"] += [new_markdown_cell("メモ\n" * 50) for _ in range(300)]
    return "hana.ipynb", json.dumps(content).encode()


@honest
def packed_by_power_shell():
    """Compress-Archive of Windows PowerShell 5, and old .NET."""
    return "hana.zip", archive({f"work\\{A}\\": b"", f"work\\{A}\\{A}.ipynb": notebook()})


@honest
def a_folder_with_data_beside_it():
    """A data set that nobody reads counts for nothing."""
    members = {f"work/{A}.ipynb": notebook(), "work/data.bin": bytes(60_000_000)}
    return "hana.zip", archive(members)
