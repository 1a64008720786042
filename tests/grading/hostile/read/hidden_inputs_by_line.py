# class: read
# wants: a hidden input told to the learner as the line of an error
# expect: blind
def threshold_mask(weight, alpha):
    secret = int(weight.abs().sum() * 1000) % 60_000
    exec(compile("\n" * secret + "raise ValueError", "<解答セル>", "exec"))
