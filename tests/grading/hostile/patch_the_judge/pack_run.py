# class: patch_the_judge
# wants: another report sent in place of what was observed
# expect: held
# kind: ValueError|BadReply|wrong
import sys

wire = sys.modules.get("checker.running.inside.wire")
if wire:
    honest = wire.pack_run

    def pack_run(run):
        for observation in run.observations:
            object.__setattr__(observation, "value", torch.ones(4, 6, dtype=torch.bool))
            object.__setattr__(observation, "failure", None)
        return honest(run)

    wire.pack_run = pack_run


def threshold_mask(weight, alpha):
    raise ValueError
