"""The names that an answer finds without defining them, once for notebooks and sandbox.

No import here: the commands that only list need this module too.
"""

PRELUDE = """\
import math
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer
"""
# What a notebook imports beside the prelude, and where it lives. A learner may call these in the
# answer cell too; there they do nothing.
TOOLS = {
    "check": "checker.notebook.check",
    "claim": "checker.notebook.show",
    "figure": "checker.notebook.show",
    "hint": "checker.notebook.check",
    "live": "checker.notebook.show",
    "predict": "checker.notebook.predict",
    "quiz": "checker.notebook.quiz",
    "solution": "checker.notebook.check",
    "table": "checker.notebook.show",
}
SILENT = (*TOOLS, "display", "progress")
OBSERVER = "observe_answer"  # the name of the function in an observer's text
