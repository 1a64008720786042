# class: forge_the_channel
# wants: observations that do not fit the calls, so that the judge's pairing breaks
# expect: held
# kind: BadReply|wrong
import sys

wire = sys.modules.get("checker.running.inside.wire")
answer = sys.modules.get("checker.running.inside.messages")
if wire:
    honest = wire.pack_run
    wire.pack_run = lambda run: honest(answer.Run(run.observations * 50))


def threshold_mask(weight, alpha):
    return None
