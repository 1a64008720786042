# class: forge_the_channel
# wants: a judge that trips over what came back in place of the arguments
# expect: held
# kind: BadReply|wrong
import sys

wire = sys.modules.get("checker.running.inside.wire")
answer = sys.modules.get("checker.running.inside.messages")
if wire:
    honest = wire.pack_run
    odd = ({1: {2: {}}}, torch.empty(0, 2**40, dtype=torch.complex64))
    seen = (answer.Observation(torch.ones(1, requires_grad=True), None, odd, True),) * 7
    wire.pack_run = lambda run: honest(answer.Run(seen))


def threshold_mask(weight, alpha):
    return None
