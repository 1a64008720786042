# class: forge_the_channel
# wants: a reply sent before any case has been run
# expect: held
# kind: BadReply|ChildDied
import os

for descriptor in range(3, 64):
    try:
        os.write(descriptor, (2).to_bytes(8, "little") + b"{}")
    except OSError:
        pass
os._exit(0)
