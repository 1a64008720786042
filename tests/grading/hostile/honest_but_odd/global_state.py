# class: honest_but_odd
# wants: full marks with a counter, a cache and a global statement
# expect: right
calls = 0
cache = {}


def threshold_mask(weight, alpha):
    global calls
    calls += 1
    cache[id(weight), alpha] = calls
    del cache[id(weight), alpha]
    return weight.abs() >= alpha * weight.std(correction=0)
