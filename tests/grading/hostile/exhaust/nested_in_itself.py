# class: exhaust
# wants: a result without end
# expect: held
# kind: wrong
def threshold_mask(weight, alpha):
    loop = [1]
    loop.append(loop)
    return {"a": loop, "b": (loop, {"c": loop})}
