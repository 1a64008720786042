# class: lie_by_value
# wants: values computed later, when the grader waits
# expect: held
# kind: wrong
async def threshold_mask(weight, alpha):
    return weight.abs() >= alpha * weight.std(correction=0)
