# class: honest_but_odd
# wants: full marks for a decorated function
# expect: right
import functools
import time


def timed(function):
    @functools.wraps(function)
    def inner(*arguments, **keywords):
        start = time.perf_counter()
        try:
            return function(*arguments, **keywords)
        finally:
            print(f"{function.__name__}: {time.perf_counter() - start:.6f} 秒")

    return inner


@timed
@functools.lru_cache
def threshold_mask(weight, alpha):
    return weight.abs() >= alpha * weight.std(correction=0)
