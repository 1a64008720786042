# class: lie_by_value
# wants: values computed later, when the grader compares
# expect: held
# exercise: pick_alpha
# kind: wrong
def pick_alpha(alphas, accuracies, baseline, max_drop):
    yield from alphas
