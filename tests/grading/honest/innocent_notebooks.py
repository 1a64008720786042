"""Honest but odd notebooks of 06_pruning: what people and their editors do to a file.

Each function takes the notebook of `mixed` and returns it odd, as a notebook or as the bytes of a
file. No mark may change by it: there are full marks, a part, and nothing in it to gain or to lose.
"""

import ast
import json
import random
import re
import unicodedata
from collections.abc import Callable

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell
from sample_course import LESSON, ROOT, SECTION

from checker.catalogue import exercise_names, load

NAMES = exercise_names(SECTION)
RELEASED = ROOT / "notebooks" / LESSON / f"{LESSON}.ipynb"
WRONG = {"threshold_mask": "cuts_ties", "gaussian_pruned_percent": "forgets_the_percent"}
UNANSWERED = "csr_bytes"
WRITTEN = [name for name in NAMES if name != UNANSWERED]
FIRST = WRITTEN[0]  # for oddities that take their time; it earns a part of the points
ODDITIES: list[Callable] = []


def innocent(make: Callable) -> Callable:
    """Decorator: one of the odd notebooks."""
    ODDITIES.append(make)
    return make


def released() -> nbformat.NotebookNode:
    return nbformat.read(RELEASED, as_version=4)


def mixed() -> nbformat.NotebookNode:
    """Most answers right, one right in part, one wrong, one not written."""
    notebook = released()
    for name in WRITTEN:
        answer(notebook, name).source = load(name).solved()
    for name, wrong in WRONG.items():
        answer(notebook, name).source = load(name).wrongs[wrong].text
    return notebook


def answer(notebook, name: str):
    return next(cell for cell in notebook.cells if cell.get("id") == name)


def check_cell(notebook, name: str):
    return answer(notebook, f"{name}-check")


def edit(notebook, change: Callable[[str], str], names: list[str] = WRITTEN):
    """Change the text of answers."""
    for name in names:
        cell = answer(notebook, name)
        cell.source = change(cell.source)
    return notebook


def around(notebook, above: str = "", below: str = "", names: list[str] = WRITTEN):
    """Write lines above and below the function, in its cell. FUNCTION stands for its name."""
    for name in names:
        cell = answer(notebook, name)
        cell.source = f"{above}\n{cell.source}\n{below}".replace("FUNCTION", name)
    return notebook


def inside(notebook, statements: str, names: list[str] = WRITTEN):
    """Write lines at the beginning of the function, after its docstring."""

    def insert(text: str) -> str:
        tree = ast.parse(text)
        function = next(part for part in tree.body if isinstance(part, ast.FunctionDef))
        first = function.body[1 if ast.get_docstring(function) else 0]
        lines = text.split("\n")
        lines[first.lineno - 1 : first.lineno - 1] = [f"    {s}" for s in statements.split("\n")]
        return "\n".join(lines)

    return edit(notebook, insert, names)


def instead(notebook, name: str, text: str):
    """Another way to write an answer that earns the same."""
    answer(notebook, name).source = text
    return notebook


def as_json(notebook) -> dict:
    return json.loads(nbformat.writes(notebook))


def as_bytes(content: dict, **options) -> bytes:
    return json.dumps(content, ensure_ascii=False, **options).encode()


# What an answer says and writes.


@innocent
def nothing_odd(notebook):
    return notebook


@innocent
def warns_of_everything(notebook):
    kinds = ("DeprecationWarning", "FutureWarning", "RuntimeWarning", "UserWarning")
    lines = "\n".join(f"warnings.warn('古い書き方です', {kind})" for kind in kinds)
    around(notebook, f"import warnings\n{lines}")
    return inside(notebook, "import warnings\nwarnings.warn('古い')")


@innocent
def divides_by_zero_in_numpy(notebook):
    return inside(notebook, "np.array([1.0, 0.0]) / np.array(0.0)\nnp.log(np.float64(-1))")


@innocent
def has_invalid_escapes_in_strings(notebook):
    return around(notebook, "PATTERN = '\\d+\\s'")


@innocent
def prints_thousands_of_lines(notebook):
    return inside(notebook, "for i in range(2_000):\n    print('途中の値', i, '🙂' * 10)")


@innocent
def writes_to_stderr(notebook):
    return inside(notebook, "import sys\nprint('確認', file=sys.stderr)\nsys.stdout.flush()")


@innocent
def logs(notebook):
    around(notebook, "import logging\nlogging.basicConfig(level=logging.DEBUG, force=True)")
    return inside(notebook, "import logging\nlogging.getLogger(__name__).warning('計算中')")


@innocent
def writes_and_reads_files(notebook):
    below = "open('結果.txt', 'w').write('1')\nprint(open('結果.txt').read())"
    return around(notebook, below=below)


# Letters and white space.


@innocent
def full_width_comments(notebook):
    return inside(notebook, "# 全角の　空白、（括弧）、１２３、＝、：、“引用”\npass  # ← ここ")


@innocent
def full_width_digits_in_strings(notebook):
    return inside(notebook, "数 = int('１２') + float('３．５'.replace('．', '.'))\n'％：；'")


@innocent
def japanese_names(notebook):
    return inside(notebook, "しきい値 = 1.0\nＡＢＣ = しきい値\n重み_𝛼 = ABC")


@innocent
def emoji_everywhere(notebook):
    return inside(notebook, "# 🎉👩‍👩‍👧‍👦 できた！\n'🇯🇵' + '\\N{SNOWMAN}'")


@innocent
def decomposed_unicode(notebook):
    """macOS writes が as two characters."""
    decomposed = unicodedata.normalize("NFD", "がくしゅう = 'ぱ'  # べんり")
    return inside(notebook, decomposed)


@innocent
def windows_line_ends(notebook):
    return edit(notebook, lambda text: text.replace("\n", "\r\n"))


@innocent
def old_mac_line_ends(notebook):
    return edit(notebook, lambda text: text.replace("\n", "\r"))


@innocent
def mixed_line_ends(notebook):
    def mix(text: str) -> str:
        ends = iter(["\r\n", "\n", "\r"] * len(text))
        return "".join(line + next(ends) for line in text.split("\n"))

    return edit(notebook, mix)


@innocent
def byte_order_marks_in_cells(notebook):
    return edit(notebook, lambda text: "\ufeff" + text)


@innocent
def odd_spaces_in_comments(notebook):
    return inside(notebook, "#\u3000全角\u3000空白\n#\u00a0改行しない\u00a0空白\u200b\u2028段落")


@innocent
def tabs_for_indentation(notebook):
    return edit(
        notebook, lambda text: re.sub(r"(?m)^(?: {4})+", lambda m: "\t" * (len(m[0]) // 4), text)
    )


@innocent
def trailing_blanks_and_empty_lines(notebook):
    return edit(notebook, lambda text: "\n \n\n" + text.replace("\n", "   \n") + "\n\n\t\n  ")


@innocent
def form_feeds_between_functions(notebook):
    return around(notebook, "def helper():\n    return 1\n\f")


@innocent
def indented_as_a_whole(notebook):
    """IPython runs a cell that was pasted with its indentation."""
    return edit(notebook, lambda text: "\n".join(f"    {line}" for line in text.split("\n")))


# What IPython understands and Python does not.


@innocent
def matplotlib_inline(notebook):
    return around(notebook, "%matplotlib inline\n%config InlineBackend.figure_format = 'retina'")


@innocent
def autoreload(notebook):
    return around(notebook, "%load_ext autoreload\n%autoreload 2")


@innocent
def timeit_below(notebook):
    below = "w = torch.ones(3)\n%timeit FUNCTION(w, 1.0)\nfor _ in range(2):\n    %time w + 1"
    return around(notebook, below=below)


@innocent
def time_of_the_cell(notebook):
    return edit(notebook, "%%time\n{}".format)


@innocent
def capture_of_the_cell(notebook):
    return edit(notebook, "\n%%capture out --no-stderr\n{}".format)


@innocent
def shell_commands(notebook):
    return around(notebook, "!ls -la | head\n!echo it's (fine\nfiles = !ls *.ipynb", "!!date")


@innocent
def pip_over_several_lines(notebook):
    return around(notebook, "!pip install 'torch>=2' \\\n    numpy \\\n    matplotlib\n%pip list")


@innocent
def help_lines(notebook):
    return around(notebook, "?torch.std\ntorch.Tensor.std??", "FUNCTION?")


@innocent
def calls_ipython_by_its_name(notebook):
    return around(notebook, "get_ipython().run_line_magic('matplotlib', 'inline')")


@innocent
def a_magic_beside_what_looks_like_one(notebook):
    inside(notebook, "text = '''\n%timeit of a string\n!ls\n'''\nrest = (7\n        % 4)")
    return around(notebook, "%precision 3")


# What a notebook offers and the judge does not need.


@innocent
def checks_itself(notebook):
    return around(
        notebook, below="check(FUNCTION)\nhint(FUNCTION)\nsolution('FUNCTION')\nprogress()"
    )


@innocent
def displays(notebook):
    around(notebook, "from IPython.display import HTML, clear_output", "clear_output()", [FIRST])
    return around(notebook, below="display(torch.ones(2), 'あ')")


@innocent
def asks_above_the_function(notebook):
    return around(notebook, "alpha_0 = float(input('α を入れてください: '))")


@innocent
def asks_below_the_function(notebook):
    return around(notebook, below="n = int(input())\nprint(FUNCTION, n)")


@innocent
def draws(notebook):
    above = "import matplotlib.pyplot as plt\nimport matplotlib_fontja"
    below = "plt.plot([0, 1])\nplt.title('図')\nplt.savefig('図.png')\nplt.show()"
    return around(notebook, above, below, [FIRST])


@innocent
def makes_sliders(notebook):
    above = "from ipywidgets import FloatSlider, interact"
    return around(notebook, above, "interact(print, alpha=FloatSlider(0.5))", [FIRST])


@innocent
def has_a_main_block(notebook):
    below = 'if __name__ == "__main__":\n    import sys\n    sys.exit(FUNCTION())'
    return around(notebook, below=below)


@innocent
def exits_below_the_function(notebook):
    return around(notebook, below="import sys\nsys.exit()")


# Ways to write Python.


@innocent
def imports_the_standard_library(notebook):
    return around(
        notebook,
        "import collections, functools, itertools, math, os, random, sys, time\n"
        "from pathlib import Path\nfrom typing import Any, List, Optional, Tuple\n"
        "print(Path.home(), Path.cwd(), os.environ.get('HOME'), sys.argv)",
    )


@innocent
def imports_torch_in_other_ways(notebook):
    above = "import numpy\nimport torch as t\nimport torch.nn as tnn\nfrom numpy import *\n"
    return around(notebook, above + "from torch import *", names=[FIRST, "dead_neurons"])


@innocent
def imports_what_is_not_installed(notebook):
    """Beside the function, which does not use it."""
    return around(notebook, "import pandas_of_mine as pd\nfrom tqdm_of_mine import tqdm")


@innocent
def annotates_with_typing(notebook):
    above = "from typing import Final, TypeAlias\nMask: TypeAlias = 'Tensor'\nLIMIT: Final[int] = 3"
    inside(notebook, "shape: tuple[int, ...] | None = None\nrest: list['Mask'] = []")
    return around(notebook, above)


@innocent
def postpones_annotations(notebook):
    above = "from __future__ import annotations\nfrom dataclasses import dataclass\n\n"
    return around(notebook, above + "@dataclass\nclass Row:\n    alpha: float\n    mask: Unknown")


@innocent
def caches_a_helper(notebook):
    above = "import functools\n\n@functools.cache\ndef twice(x):\n    return 2 * x"
    around(notebook, above)
    return inside(notebook, "twice(3)")


@innocent
def decorated_without_gradients(notebook):
    edit(notebook, "@torch.no_grad()\n{}".format, ["masked_sgd_step", "remove_neurons"])
    return edit(notebook, "@torch.inference_mode()\n{}".format, [FIRST])


@innocent
def decorated_by_hand(notebook):
    above = (
        "def shout(f):\n    def inner(*a, **k):\n        print('!')\n        return f(*a, **k)\n"
    )
    return edit(notebook, (above + "    return inner\n\n@shout\n{}").format)


@innocent
def as_a_script_of_torch(notebook):
    return instead(
        notebook,
        "dead_neurons",
        "@torch.jit.script\ndef dead_neurons(incoming: Tensor, outgoing: Tensor) -> Tensor:\n"
        "    return ~incoming.any(dim=1) | ~outgoing.any(dim=0)",
    )


@innocent
def reads_its_own_source(notebook):
    return around(notebook, below="import inspect\nassert 'def ' in inspect.getsource(FUNCTION)")


@innocent
def lambdas(notebook):
    mask = "threshold_mask = lambda w, a: w.abs() > a * w.std(correction=0)"
    instead(notebook, "threshold_mask", mask)
    step = "masked_sgd_step = lambda w, g, m, lr: torch.where(m, w - lr * g, 0.0)"
    return instead(notebook, "masked_sgd_step", step)


@innocent
def an_object_that_can_be_called(notebook):
    return instead(
        notebook,
        "dead_neurons",
        "class Finder:\n    def __call__(self, incoming, outgoing):\n"
        "        return ~incoming.any(1) | ~outgoing.any(0)\n\ndead_neurons = Finder()",
    )


@innocent
def a_partial_function(notebook):
    return instead(
        notebook,
        "pick_alpha",
        "from functools import partial\n"
        "def pick(best, alphas, accuracies, baseline, max_drop):\n"
        "    good = [a for a, acc in zip(alphas, accuracies) if acc >= baseline - max_drop]\n"
        "    return best(good) if good else None\n\npick_alpha = partial(pick, max)",
    )


@innocent
def nested_functions_and_generators(notebook):
    return instead(
        notebook,
        "pruned_percent",
        "def pruned_percent(masks):\n    def sizes():\n        for mask in masks:\n"
        "            yield mask.numel(), (~mask).sum().item()\n"
        "    total, cut = map(sum, zip(*sizes()))\n    return cut / total * 100",
    )


@innocent
def recursion(notebook):
    return instead(
        notebook,
        "pruned_percent",
        "def pruned_percent(masks):\n    def count(rest):\n        if not rest:\n"
        "            return 0, 0\n        total, cut = count(rest[1:])\n"
        "        return total + rest[0].numel(), cut + int((~rest[0]).sum())\n"
        "    total, cut = count(masks)\n    return 100 * cut / total",
    )


@innocent
def other_parameters(notebook):
    instead(
        notebook,
        "masked_sgd_step",
        "def masked_sgd_step(w, g, m=None, eta=0.1, *args, 表示=False, **kwargs):\n"
        "    return torch.where(m, w - eta * g, 0.0)",
    )
    return instead(
        notebook,
        "dead_neurons",
        "def dead_neurons(*masks):\n    return ~masks[0].any(1) | ~masks[1].any(0)",
    )


@innocent
def no_docstrings_no_annotations(notebook):
    def bare(text: str) -> str:
        tree = ast.parse(text)
        function = tree.body[0]
        if ast.get_docstring(function):
            del function.body[0]
        function.returns = None
        for argument in function.args.args:
            argument.annotation = None
        return ast.unparse(tree)

    return edit(notebook, bare)


@innocent
def several_definitions(notebook):
    """The last one counts, as in Python."""
    return around(notebook, "def FUNCTION(*_):\n    ...\n\ndef FUNCTION(*_):\n    return '前の案'")


@innocent
def commented_attempts(notebook):
    return around(
        notebook,
        "# def FUNCTION(*_):\n#     return 0\n'''\ndef FUNCTION(): ...\n'''",
        "'''\n終わり\n'''",
    )


@innocent
def constants_and_global_state(notebook):
    around(notebook, "EPS = 1e-12\nseen = []")
    return inside(notebook, "global seen\nseen = seen + [EPS]")


@innocent
def tests_below(notebook):
    return around(notebook, below="def test_it():\n    assert callable(FUNCTION)\n\ntest_it()")


@innocent
def a_try_out_with_names_of_other_cells(notebook):
    return around(notebook, below="print(FUNCTION(weights_of_the_lesson, alpha_of_the_lesson))")


@innocent
def a_test_of_their_own_that_is_wrong(notebook):
    return around(notebook, below="assert FUNCTION is None, 'この確かめは間違い'")


@innocent
def seeds_and_settings_of_torch(notebook):
    above = "torch.manual_seed(0)\nnp.random.seed(0)\ntorch.set_printoptions(precision=2)\n"
    return around(notebook, above + "torch.use_deterministic_algorithms(True)")


@innocent
def asks_for_threads(notebook):
    around(notebook, "torch.set_num_threads(4)")
    return inside(notebook, "torch.set_num_threads(2)")


@innocent
def leaves_double_precision_on(notebook):
    return around(notebook, "torch.set_default_dtype(torch.float64)")


@innocent
def leaves_gradients_off(notebook):
    return around(notebook, "torch.set_grad_enabled(False)")


@innocent
def looks_for_a_gpu(notebook):
    return around(notebook, "device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')")


@innocent
def tries_and_excepts(notebook):
    return inside(
        notebook, "try:\n    1 / 0\nexcept Exception as e:\n    print(e)\nfinally:\n    pass"
    )


@innocent
def sleeps(notebook):
    return inside(notebook, "import time\ntime.sleep(0.2)", [FIRST])


@innocent
def is_twice_as_slow(notebook):
    below = "once = FUNCTION\ndef FUNCTION(*a):\n    once(*a)\n    return once(*a)"
    return around(notebook, below=below)


@innocent
def works_for_a_second(notebook):
    return inside(notebook, "sum(i * i for i in range(1_000_000))", [FIRST])


@innocent
def has_unused_async_functions(notebook):
    above = "import asyncio\n\nasync def load():\n    await asyncio.sleep(0)\n    return [1]"
    return around(notebook, above)


@innocent
def uses_new_syntax(notebook):
    return inside(
        notebook,
        "match [1, 2]:\n    case [first, *rest]:\n        pass\nif (n := 3) > 2:\n    print(f'{n=}')",
    )


@innocent
def warnings_become_errors(notebook):
    return around(notebook, "import warnings\nwarnings.simplefilter('error')")


# Cells.


@innocent
def answers_copied(notebook):
    """Ctrl-C and Ctrl-V take the metadata along; the earlier copies hold earlier attempts."""
    for name in WRITTEN:
        copy = nbformat.from_dict(answer(notebook, name))
        copy.id, copy.source = f"copy-{name}"[:60], f"def {name}(*_):\n    return '前の案'"
        notebook.cells.insert(0, copy)
    return notebook


@innocent
def attempts_kept_above(notebook):
    for name in WRITTEN:
        notebook.cells.insert(0, new_code_cell(f"def {name}(*_):\n    return '下書き'"))
    return notebook


@innocent
def check_cells_copied(notebook):
    for name in NAMES:
        copy = nbformat.from_dict(check_cell(notebook, name))
        copy.id = f"copy-{name}"[:60]
        notebook.cells.append(copy)
    return notebook


@innocent
def cells_moved(notebook):
    random.Random(0).shuffle(notebook.cells)
    return notebook


@innocent
def lesson_deleted(notebook):
    """Only the answers are left."""
    notebook.cells = [answer(notebook, name) for name in NAMES]
    return notebook


@innocent
def unwritten_answer_deleted(notebook):
    gone = {UNANSWERED, f"{UNANSWERED}-check", f"{FIRST}-check"}
    notebook.cells = [cell for cell in notebook.cells if cell.id not in gone]
    return notebook


@innocent
def answers_turned_into_text(notebook):
    """The key m in JupyterLab; r makes a raw cell of it."""
    for at, cell in enumerate(notebook.cells):
        if cell.id in WRITTEN:
            new = new_markdown_cell if at % 2 else new_raw_cell
            notebook.cells[at] = new(cell.source, id=cell.id, metadata=cell.metadata)
    return notebook


@innocent
def checks_turned_into_text(notebook):
    for at, cell in enumerate(notebook.cells):
        if cell.id.endswith("-check"):
            notebook.cells[at] = new_markdown_cell(cell.source, metadata=cell.metadata)
    return notebook


@innocent
def lesson_cells_turned_into_code(notebook):
    for at, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            notebook.cells[at] = new_code_cell(cell.source, id=cell.id, metadata=cell.metadata)
    return notebook


@innocent
def grade_metadata_lost(notebook):
    for cell in notebook.cells:
        cell.metadata.pop("nbgrader", None)
    return notebook


@innocent
def grade_metadata_and_ids_lost(notebook):
    """As after a journey through a service that keeps neither."""
    for at, cell in enumerate(notebook.cells):
        cell.metadata.clear()
        cell.id = f"cell-{at}"
    return notebook


@innocent
def lambdas_without_metadata(notebook):
    return grade_metadata_and_ids_lost(lambdas(notebook))


@innocent
def grade_metadata_edited(notebook):
    for name in NAMES:
        check_cell(notebook, name).metadata.nbgrader.points = 1000
        check_cell(notebook, name).metadata.nbgrader.checksum = "0"
        answer(notebook, name).metadata.nbgrader.update(locked=True, grade=True, points=5, more=[])
    return notebook


@innocent
def grade_ids_swapped(notebook):
    one, other = (answer(notebook, name).metadata.nbgrader for name in WRITTEN[:2])
    one.grade_id, other.grade_id = other.grade_id, one.grade_id
    return notebook


@innocent
def answers_pasted_into_new_cells(notebook):
    for name in WRITTEN:
        notebook.cells.append(new_code_cell(answer(notebook, name).source))
        answer(notebook, name).source = answer(released(), name).source
    return notebook


@innocent
def answer_and_check_merged(notebook):
    """Shift-M joins two cells into the upper one."""
    for name in WRITTEN:
        below = check_cell(notebook, name)
        answer(notebook, name).source += f"\n\n{below.source}"
        notebook.cells.remove(below)
    return notebook


@innocent
def check_cells_rewritten(notebook):
    """Another text, and the output of full marks, for which nobody asked."""
    for name in NAMES:
        cell = check_cell(notebook, name)
        cell.source = f"check({name})  # もう一度\nprint('正解')\n2.0"
        forged = new_output("execute_result", {"text/plain": "2.0"}, execution_count=3)
        cell.outputs, cell.execution_count = [forged], 3
    return notebook


@innocent
def cells_of_their_own(notebook):
    """Some of which do not run."""
    page = "<h1 onclick='x()'>メモ</h1>\n![](attachment:図.png) $$x$$"
    picture = {"図.png": {"image/png": "iVBORw0KGgo="}}
    notebook.cells[3:3] = [
        new_code_cell("1 / 0"),
        new_code_cell("def broken(:\n  これは Python ではない"),
        new_code_cell("%%bash\nrm -rf 何か"),
        new_raw_cell("そのまま"),
        new_markdown_cell(page, attachments=picture),
        new_code_cell(""),
    ]
    return notebook


# What editors write into the file.


@innocent
def outputs_saved(notebook):
    """Everything was run: text, errors, pictures, widgets, and two megabytes in one cell."""
    outputs = [
        new_output("stream", name="stdout", text="あ\n" * 300_000),
        new_output("error", ename="E", evalue="だめ", traceback=["\x1b[0;31mE\x1b[0m: だめ"]),
        new_output(
            "display_data", {"image/png": "iVBORw0KGgo=", "text/html": "<script>1</script>"}
        ),
        new_output("display_data", {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}}),
        new_output("execute_result", {"application/json": {"x": [1, None]}}, execution_count=9),
    ]
    for at, cell in enumerate(c for c in notebook.cells if c.cell_type == "code"):
        cell.outputs, cell.execution_count = outputs if at == 1 else outputs[1:], at
    return notebook


@innocent
def widget_state_saved(notebook):
    state = {f"m{i}": {"model_name": "FloatSliderModel", "state": {"value": i}} for i in range(999)}
    widgets = {"application/vnd.jupyter.widget-state+json": {"state": state, "version_major": 2}}
    notebook.metadata["widgets"] = widgets
    return notebook


@innocent
def old_widget_state(notebook):
    """Colab and old services leave `state` out, which stops nbconvert."""
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"m": {}}}
    return notebook


@innocent
def another_kernel(notebook):
    notebook.metadata["kernelspec"] = {"display_name": "R 4", "language": "R", "name": "ir"}
    notebook.metadata["language_info"] = {"name": "R", "version": "4.3", "file_extension": ".r"}
    return notebook


@innocent
def no_kernel(notebook):
    notebook.metadata.clear()
    return notebook


@innocent
def signed_and_trusted(notebook):
    notebook.metadata["signature"] = "sha256:" + "0" * 64
    notebook.metadata["orig_nbformat"] = 3
    for cell in notebook.cells:
        cell.metadata.update(trusted=True, collapsed=True, scrolled="auto", tags=["私", "raises"])
        cell.metadata["execution"] = {"iopub.execute_input": "2026-11-24T00:00:00Z"}
        cell.metadata["slideshow"] = {"slide_type": "slide"}
    return notebook


@innocent
def written_by_vs_code(notebook):
    notebook.metadata["vscode"] = {"interpreter": {"hash": "0" * 64}}
    content = as_json(notebook)
    content["nbformat_minor"] = 2
    for cell in content["cells"]:
        cell.pop("id")
        cell["metadata"]["vscode"] = {"languageId": "python"}
    return as_bytes(content, indent=2)


@innocent
def written_by_colab(notebook):
    content = as_json(notebook)
    content.update(nbformat_minor=0)
    content["metadata"] = {
        "colab": {"provenance": [], "toc_visible": True},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "accelerator": "GPU",
    }
    for at, cell in enumerate(content["cells"]):
        cell["metadata"] |= {"id": f"Zx{at}", "outputId": f"o{at}", "colab": {"height": 35}}
        cell.pop("id")
    return as_bytes(content, indent=2)


@innocent
def written_by_kaggle(notebook):
    content = as_json(notebook)
    content["nbformat_minor"] = 4
    for cell in content["cells"]:
        cell.pop("id")
        cell["metadata"] = {"_uuid": "0", "trusted": True}
    return as_bytes(content)


def of_version(notebook, minor: int) -> bytes:
    content = as_json(notebook)
    content["nbformat_minor"] = minor
    for cell in content["cells"]:
        cell.pop("id")
    return as_bytes(content)


@innocent
def format_4_4(notebook):
    return of_version(notebook, 4)


@innocent
def format_4_1(notebook):
    return of_version(notebook, 1)


@innocent
def format_4_0(notebook):
    return of_version(notebook, 0)


@innocent
def format_3(notebook):
    """Worksheets: nobody writes them today, and Jupyter still opens them."""
    for cell in notebook.cells:
        cell.pop("id")
    return nbformat.writes(notebook, version=3).encode()


@innocent
def format_4_of_the_future(notebook):
    content = as_json(notebook)
    content["nbformat_minor"] = 9
    content["later"] = {"key": [1]}
    content["cells"][0]["later"] = None
    return as_bytes(content)


@innocent
def sources_as_one_string(notebook):
    content = as_json(notebook)
    for cell in content["cells"]:
        cell["source"] = "".join(cell["source"])
    return as_bytes(content)


@innocent
def sources_in_many_pieces(notebook):
    content = as_json(notebook)
    for cell in content["cells"]:
        cell["source"] = re.findall(r"(?s).{1,7}", "".join(cell["source"]))
    return as_bytes(content)


@innocent
def the_same_id_in_all_cells(notebook):
    for cell in notebook.cells:
        cell.id = "同じ"
    return as_bytes(dict(notebook))


@innocent
def ids_that_are_too_long(notebook):
    for cell in notebook.cells:
        cell.id = f"{cell.id} " * 20
    return as_bytes(dict(notebook))


@innocent
def keys_left_out(notebook):
    content = as_json(notebook)
    for cell in content["cells"]:
        cell["metadata"] = {k: v for k, v in cell["metadata"].items() if k == "nbgrader"}
        for key in ("outputs", "execution_count"):
            cell.pop(key, None)
    return as_bytes(content)


@innocent
def keys_added(notebook):
    content = as_json(notebook)
    for cell in content["cells"]:
        cell |= {"outputs": [], "execution_count": None, "attachments": {}, "selected": True}
    return as_bytes(content)


@innocent
def windows_file(notebook):
    return b"\xef\xbb\xbf" + nbformat.writes(notebook).replace("\n", "\r\n").encode()


@innocent
def escaped_and_on_one_line(notebook):
    return json.dumps(as_json(notebook), ensure_ascii=True, separators=(",", ":")).encode()


@innocent
def indented_widely(notebook):
    return b"\n\n " + as_bytes(as_json(notebook), indent="\t", sort_keys=True) + b"\n\n\n"


@innocent
def not_a_number_in_an_output(notebook):
    """Plotting packages write it, though JSON has no such word."""
    nan = new_output("display_data", {"application/json": {"y": [float("nan"), float("inf")]}})
    notebook.cells[1].outputs = [nan]
    return as_bytes(as_json(notebook))


@innocent
def half_an_emoji_in_an_output(notebook):
    """A cut string: JavaScript keeps the half as a lone surrogate."""
    notebook.cells[1].outputs = [new_output("stream", name="stdout", text="HALF")]
    return nbformat.writes(notebook).replace("HALF", "\\ud83d").encode()


# For the whole way of the commands. Not format_3: collect takes no uploads of it.
FILES = [
    nothing_odd, windows_file, format_4_0, written_by_colab, written_by_kaggle,
    the_same_id_in_all_cells, half_an_emoji_in_an_output, outputs_saved, cells_moved,
    answers_copied, time_of_the_cell, a_try_out_with_names_of_other_cells,
]  # fmt: skip
