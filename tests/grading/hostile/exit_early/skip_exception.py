# class: exit_early
# wants: "skipped" counted as passed by a test runner
# expect: held
# kind: SkipTest
import unittest


def threshold_mask(weight, alpha):
    raise unittest.SkipTest("nothing to test here")
