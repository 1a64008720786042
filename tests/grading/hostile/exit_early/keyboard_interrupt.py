# class: exit_early
# wants: the whole batch stopped, as by Ctrl-C
# expect: held
# kind: KeyboardInterrupt
def threshold_mask(weight, alpha):
    raise KeyboardInterrupt
