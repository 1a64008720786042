# class: honest_but_odd
# wants: full marks for a lambda in place of a def
# expect: right
threshold_mask = lambda weight, alpha: weight.abs() >= alpha * weight.std(correction=0)
