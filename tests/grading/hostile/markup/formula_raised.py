# class: markup
# wants: a formula as the first thing in a cell of the report
# expect: held
# kind: ValueError
def threshold_mask(weight, alpha):
    raise ValueError("=cmd|' /C MARK'!A0\n@SUM(1+1)*cmd|' /C MARK'!A0\n-2+3")
