# class: exhaust
# wants: the alarm of the grader caught by a bare except, again and again
# expect: held
# kind: TimeUp
def threshold_mask(weight, alpha):
    while True:
        try:
            while True:
                pass
        except:
            continue
