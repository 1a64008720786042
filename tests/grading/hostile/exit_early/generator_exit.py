# class: exit_early
# wants: an exception that no `except Exception` catches
# expect: held
# kind: GeneratorExit
def threshold_mask(weight, alpha):
    raise GeneratorExit("done")
