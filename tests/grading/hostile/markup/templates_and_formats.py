# class: markup
# wants: a template language or a format that evaluates what a learner wrote
# expect: held
# kind: ValueError
def threshold_mask(weight, alpha):
    raise ValueError("{{ 7*7 }}{% raw %}${7*7}#{7*7}%s%n%(x)d{0.__class__}{MARK} $\\href{a}{MARK}$")
