# class: markup
# wants: the instructor's terminal: its title, its clipboard, its colours, its last lines
# expect: held
# kind: ValueError
def threshold_mask(weight, alpha):
    sequences = "\x1b]0;MARK\x07\x1b]52;c;TUFSSw==\x07\x1b[2J\x1b[1A\r\x9b31m\x08\x08"
    print(sequences)
    raise ValueError(sequences)
