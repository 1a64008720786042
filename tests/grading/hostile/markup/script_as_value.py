# class: markup
# wants: a script out of "your value"
# expect: held
# exercise: pick_alpha
# kind: wrong
def pick_alpha(alphas, accuracies, baseline, max_drop):
    return "<script>alert('MARK')</script>"
