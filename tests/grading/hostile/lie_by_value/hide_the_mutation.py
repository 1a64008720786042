# class: lie_by_value
# wants: the argument changed in place without a report: the harness's own copy is swapped
# expect: residual
# Not promised: the change of an argument is seen by code that runs beside the answer.
import sys


def threshold_mask(weight, alpha):
    mask = weight.abs() >= alpha * weight.std(correction=0)
    caller = sys._getframe(1)
    for name, value in list(caller.f_locals.items()):
        if isinstance(value, list) and value and value[0] is weight:
            value[0] = weight.clone()
        elif isinstance(value, tuple) and value and value[0] is weight:
            caller.f_locals[name] = (weight.clone(), alpha)
    weight.mul_(mask)
    return mask
