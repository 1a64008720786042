# class: honest_but_odd
# wants: full marks with other imports and names for them
# expect: right
import numpy
import torch as to
from torch import *
from torch.nn.functional import *


def threshold_mask(weight, alpha):
    return to.ge(to.abs(weight), alpha * to.std(weight, correction=0))
