# class: markup
# wants: the notebook's file broken by a character that JSON, XML or SQLite does not take
# expect: held
# kind: ValueError
def threshold_mask(weight, alpha):
    odd = "\0\x01\x0b\ufffe\uffff\u2028\u2029\ud800\"}]\\'; DROP TABLE grade; -- ]]> MARK"
    print(odd)
    raise ValueError(odd)
