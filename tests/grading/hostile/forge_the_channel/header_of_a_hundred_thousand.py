# class: forge_the_channel
# wants: seconds of the grader's time for parsing a header
# expect: held
# kind: BadReply|ChildDied|TimeUp
import json
import os


def threshold_mask(weight, alpha):
    entry = {"dtype": "BOOL", "shape": [0], "data_offsets": [0, 0]}
    header = json.dumps({str(i): entry for i in range(100_000)}).encode()
    data = len(header).to_bytes(8, "little") + header
    frame = len(data).to_bytes(8, "little") + data
    for descriptor in range(3, 64):
        try:
            os.fstat(descriptor)
            sent = 0
            while sent < len(frame):
                sent += os.write(descriptor, frame[sent : sent + 60_000])
        except OSError:
            pass
    os._exit(0)
