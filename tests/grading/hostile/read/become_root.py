# class: read
# wants: the rights of root: setuid programs, capabilities, other users
# expect: held
# kind: wrong|TimeUp
import ctypes
import glob
import os
import stat

libc = ctypes.CDLL(None, use_errno=True)


def threshold_mask(weight, alpha):
    for attempt in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0])):
        try:
            attempt()
            print("ESCAPED", attempt.__code__.co_names)
        except OSError:
            pass
    if libc.prctl(47, 2, 21, 0, 0) == 0:
        print("ESCAPED raised a capability")
    for program in filter(os.path.exists, glob.glob("/usr/bin/*")):
        if os.stat(program).st_mode & stat.S_ISUID and not os.statvfs(program).f_flag & os.ST_NOSUID:
            print("ESCAPED", program, "would run as its owner")
    return None
