# class: exit_early
# wants: an end of the program before any test has run
# expect: held
# kind: SystemExit
raise SystemExit(0)
