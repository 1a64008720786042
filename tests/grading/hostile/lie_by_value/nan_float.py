# class: lie_by_value
# wants: nan, whose every comparison is false
# expect: held
# exercise: pruned_percent
# kind: wrong
def pruned_percent(masks):
    return float("nan")
