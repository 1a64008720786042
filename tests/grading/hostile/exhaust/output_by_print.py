# class: exhaust
# wants: a notebook of 200 MB, in a file that the instructor must open
# expect: held
# kind: wrong|TimeUp
def threshold_mask(weight, alpha):
    for _ in range(20):
        print("x" * 10_000_000)
    return None
