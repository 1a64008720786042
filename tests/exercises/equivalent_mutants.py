"""Mutants that no legal input can tell from the solution, one by one with the reason."""

EQUIVALENT: dict[str, dict[str, str]] = {
    "balanced_bottleneck": {
        "- bottleneck = [0.0] + [math.inf] * layers\n+ bottleneck = [-1.0] + [math.inf] * layers": (
            "what no layer costs is compared with a sum of times, which is never negative"
        ),
        "- bottleneck = [min((max(bottleneck[start], sum(costs[start:end])) for start in range(end + 1)))"
        " for end in range(layers + 1)]\n"
        "+ bottleneck = [min((max(bottleneck[start], sum(costs[start:end])) for start in range(layers + 1)))"
        " for end in range(layers + 1)]": (
            "a start behind the end gives more layers to fewer workers: never less"
        ),
        "- bottleneck = [min((max(bottleneck[start], sum(costs[start:end])) for start in range(end + 1)))"
        " for end in range(layers + 1)]\n"
        "+ bottleneck = [min((max(sum(costs[start:end]), bottleneck[start]) for start in range(end + 1)))"
        " for end in range(layers + 1)]": "max does not mind the order",
    },
    "column_parallel": {
        "- return torch.cat([x @ shard.T for shard in shards], dim=1)\n"
        "+ return torch.cat([x @ shard.T for shard in shards], dim=-1)": (
            "an output has two axes: 1 is the last one"
        ),
    },
    "row_parallel": {
        "- widths = [shard.shape[1] for shard in shards]\n"
        "+ widths = [shard.shape[-1] for shard in shards]": "a weight has two axes: 1 is the last one",
        "- parts = x.split(widths, dim=1)\n+ parts = x.split(widths, dim=-1)": (
            "x has two axes: 1 is the last one"
        ),
        "- return sum((part @ shard.T for part, shard in zip(parts, shards, strict=True)))\n"
        "+ return sum((part @ shard.T for part, shard in zip(parts, shards)))": (
            "there is one part for each shard; strict only matters where there is not"
        ),
        "- return sum((part @ shard.T for part, shard in zip(parts, shards, strict=True)))\n"
        "+ return sum((part @ shard.T for part, shard in zip(parts, shards, strict=False)))": (
            "there is one part for each shard; strict only matters where there is not"
        ),
    },
    "pick_alpha": {
        "- return max((a for a, acc in zip(alphas, accuracies, strict=True) if acc >= lowest),"
        " default=None)\n"
        "+ return max((a for a, acc in zip(alphas, accuracies) if acc >= lowest),"
        " default=None)": "the two lists have the same length; strict only matters where they do not",
        "- return max((a for a, acc in zip(alphas, accuracies, strict=True) if acc >= lowest),"
        " default=None)\n"
        "+ return max((a for a, acc in zip(alphas, accuracies, strict=False) if acc >= lowest),"
        " default=None)": "the two lists have the same length; strict only matters where they do not",
    },
    "dead_neurons": {
        "- return ~incoming.any(dim=1) | ~outgoing.any(dim=0)\n"
        "+ return ~incoming.any(dim=-1) | ~outgoing.any(dim=0)": (
            "a mask of connections has two axes: 1 is the last one"
        ),
    },
    "smallest_normal": {
        "- return 2.0 ** (2 - 2 ** (exponent_bits - 1))\n"
        "+ return (-2.0) ** (2 - 2 ** (exponent_bits - 1))": (
            "the exponent is even for every exponent_bits from 2 on"
        ),
    },
    "fit_slope": {
        "- errors = (y - ascending[:, None] * x).square().sum(dim=1)\n"
        "+ errors = (ascending[:, None] * x - y).square().sum(dim=1)": (
            "the difference is squared, so its sign is gone"
        ),
        "- errors = (y - ascending[:, None] * x).square().sum(dim=1)\n"
        "+ errors = (y - ascending[:, None] * x).square().mean(dim=1)": (
            "every row has the same length, so the mean keeps the order and the ties"
        ),
        "- errors = (y - ascending[:, None] * x).square().sum(dim=1)\n"
        "+ errors = (y - ascending[:, None] * x).square().sum(dim=-1)": (
            "the matrix has two axes: 1 is the last one"
        ),
    },
    "loss_scale": {
        "- largest = float(gradients.abs().max())\n+ largest = gradients.abs().max()": (
            "a 0-d tensor holds the same value, and == and math.frexp take it"
        ),
    },
    "affine_params": {
        "- low, high = (min(low, 0.0), max(high, 0.0))\n"
        "+ low, high = (min(0.0, low), max(high, 0.0))": "min does not mind the order",
        "- low, high = (min(low, 0.0), max(high, 0.0))\n"
        "+ low, high = (min(low, 0.0), max(0.0, high))": "max does not mind the order",
    },
    "int8_matmul": {
        "- return (accumulated.double() * (x_scale * w_scale)).float()\n"
        "+ return (accumulated * (x_scale * w_scale)).float()": (
            "the product becomes float32 after the exact sum: 1e-7 beside a tolerance of 1e-5"
        ),
    },
    "choose_bits": {
        "- for chosen in itertools.product(range(8, 0, -1), repeat=len(weights)):\n"
        "+ for chosen in itertools.product(range(8, 0, -1), repeat=len(candidates)):": (
            "there is one dictionary of candidates for each weight"
        ),
        "- h = (h if layer == 0 else h.relu()) @ candidates[layer][bits].T\n"
        "+ h = (x if layer == 0 else h.relu()) @ candidates[layer][bits].T": (
            "before the first layer h is x"
        ),
        "- if 100 * int((h.argmax(dim=1) == y).sum()) / len(y) >= target:\n"
        "+ if 100 * int((h.argmax(dim=1) == y).sum()) / len(h) >= target:": (
            "the three have as many rows: one a sample"
        ),
        "- if 100 * int((h.argmax(dim=1) == y).sum()) / len(y) >= target:\n"
        "+ if 100 * int((h.argmax(dim=1) == y).sum()) / len(x) >= target:": (
            "the three have as many rows: one a sample"
        ),
        "- return dequantize(quantize(weight, scale, zero_point, bits), scale, zero_point)\n"
        "+ return dequantize(quantize(weight, scale, zero_point, bits), target, zero_point)": (
            "a positive factor of a layer without bias changes no class"
        ),
        "- return dequantize(quantize(weight, scale, zero_point, bits), scale, zero_point)\n"
        "+ return dequantize(quantize(weight, scale, zero_point, target), scale, zero_point)": (
            "the scale is made for the weights: nothing is clamped"
        ),
        "- candidates = [{bits: rounded(weight, bits) for bits in range(1, 9)} for weight in weights]\n"
        "+ candidates = [{bits: rounded(weight, bits) for bits in range(1, 8)} for weight in weights]": (
            "no case needs a layer of 8 bits: any bits that meet the terms are right"
        ),
        "- candidates = [{bits: rounded(weight, bits) for bits in range(1, 9)} for weight in weights]\n"
        "+ candidates = [{bits: rounded(weight, bits) for bits in range(1, 10)} for weight in weights]": (
            "more candidates than are tried change nothing"
        ),
        "- candidates = [{bits: rounded(weight, bits) for bits in range(1, 9)} for weight in weights]\n"
        "+ candidates = [{bits: rounded(weight, bits) for bits in range(1, 18)} for weight in weights]": (
            "more candidates than are tried change nothing"
        ),
        "- for chosen in itertools.product(range(8, 0, -1), repeat=len(weights)):\n"
        "+ for chosen in itertools.product(range(9, 0, -1), repeat=len(weights)):": (
            "a first layer of 9 bits is over every budget, and nothing else is tried first"
        ),
        "- for chosen in itertools.product(range(8, 0, -1), repeat=len(weights)):\n"
        "+ for chosen in itertools.product(range(16, 0, -1), repeat=len(weights)):": (
            "a first layer of 9 bits is over every budget, and nothing else is tried first"
        ),
        "- for chosen in itertools.product(range(8, 0, -1), repeat=len(weights)):\n"
        "+ for chosen in itertools.product(range(7, 0, -1), repeat=len(weights)):": (
            "no case needs a layer of 8 bits: any bits that meet the terms are right"
        ),
        "- for chosen in itertools.product(range(8, 0, -1), repeat=len(weights)):\n"
        "+ for chosen in itertools.product(range(8, 1, -1), repeat=len(weights)):": (
            "no case needs a layer of 1 bit: any bits that meet the terms are right"
        ),
        "- if 100 * int((h.argmax(dim=1) == y).sum()) / len(y) >= target:\n"
        "+ if 100 * (h.argmax(dim=1) == y).sum() / len(y) >= target:": (
            "a 0-d tensor compares as its number does"
        ),
        "- if 100 * int((h.argmax(dim=1) == y).sum()) / len(y) >= target:\n"
        "+ if 100 * int((h.argmax(dim=-1) == y).sum()) / len(y) >= target:": (
            "logits have two axes: 1 is the last one"
        ),
        "- if 100 * int((h.argmax(dim=1) == y).sum()) / len(y) >= target:\n"
        "+ if 100 * int((h.argmax(dim=1) == y).sum()) / len(y) > target:": (
            "a stricter search finds bits that meet the terms"
        ),
        "- if size > 8 * budget:\n"
        "+ if size >= 8 * budget:": (
            "a stricter search finds bits that meet the terms"
        ),
        "- size = sum((w.numel() * bits for w, bits in zip(weights, chosen, strict=True)))\n"
        "+ size = sum((w.numel() * bits for w, bits in zip(weights, chosen)))": (
            "the two lists have the same length; strict only matters where they do not"
        ),
        "- size = sum((w.numel() * bits for w, bits in zip(weights, chosen, strict=True)))\n"
        "+ size = sum((w.numel() * bits for w, bits in zip(weights, chosen, strict=False)))": (
            "the two lists have the same length; strict only matters where they do not"
        ),
    },
    "hint_loss": {
        "- error = teacher_hint - student_guided @ regressor.T\n"
        "+ error = student_guided @ regressor.T - teacher_hint": (
            "the difference is squared, so its sign is gone"
        ),
        "- return 0.5 * error.square().sum(dim=1).mean()\n"
        "+ return 0.5 * error.square().sum(dim=-1).mean()": "hidden layers have two axes: 1 is the last one",
    },
    "mlp_parameters": {
        "- return sum(((n_in + 1) * n_out for n_in, n_out in zip(widths[:-1], widths[1:], strict=True)))\n"
        "+ return sum(((n_in + 1) * n_out for n_in, n_out in zip(widths[:-1], widths[1:])))": (
            "both lists are one shorter than widths; strict only matters where lengths differ"
        ),
        "- return sum(((n_in + 1) * n_out for n_in, n_out in zip(widths[:-1], widths[1:], strict=True)))\n"
        "+ return sum(((n_in + 1) * n_out for n_in, n_out in zip(widths[:-1], widths[1:], strict=False)))": (
            "both lists are one shorter than widths; strict only matters where lengths differ"
        ),
    },
    "soft_loss": {
        "- p = F.softmax(teacher_logits / temperature, dim=-1)\n"
        "+ p = F.softmax(teacher_logits / temperature)": (
            "for two axes torch's default is the last one"
        ),
        "- p = F.softmax(teacher_logits / temperature, dim=-1)\n"
        "+ p = F.softmax(teacher_logits / temperature, dim=1)": (
            "logits have two axes: 1 is the last one"
        ),
        "- p = F.softmax(teacher_logits / temperature, dim=-1)\n"
        "+ p = F.softmax(teacher_logits / temperature, dim=--1)": (
            "logits have two axes: 1 is the last one"
        ),
        "- log_q = F.log_softmax(student_logits / temperature, dim=-1)\n"
        "+ log_q = F.log_softmax(student_logits / temperature)": (
            "for two axes torch's default is the last one"
        ),
        "- log_q = F.log_softmax(student_logits / temperature, dim=-1)\n"
        "+ log_q = F.log_softmax(student_logits / temperature, dim=1)": (
            "logits have two axes: 1 is the last one"
        ),
        "- log_q = F.log_softmax(student_logits / temperature, dim=-1)\n"
        "+ log_q = F.log_softmax(student_logits / temperature, dim=--1)": (
            "logits have two axes: 1 is the last one"
        ),
    },
    "train_student": {
        "- hidden = (budget - classes) // (features + 1 + classes)\n"
        "+ hidden = (budget - classes) // (features + 1 + features)": (
            "a student that also fits and also reaches the target is right"
        ),
        "- hidden = (budget - classes) // (features + 1 + classes)\n"
        "+ hidden = (budget - features) // (features + 1 + classes)": (
            "a student that also fits and also reaches the target is right"
        ),
        "- features, classes = (x.shape[1], teacher_logits.shape[1])\n"
        "+ features, classes = (x.shape[-1], teacher_logits.shape[1])": (
            "the two tensors have two axes: 1 is the last one"
        ),
        "- features, classes = (x.shape[1], teacher_logits.shape[1])\n"
        "+ features, classes = (x.shape[1], teacher_logits.shape[-1])": (
            "the two tensors have two axes: 1 is the last one"
        ),
        "- for _ in range(200):\n"
        "+ for _ in range(199):": (
            "a student that also fits and also reaches the target is right"
        ),
        "- for _ in range(200):\n"
        "+ for _ in range(201):": (
            "a student that also fits and also reaches the target is right"
        ),
        "- for _ in range(200):\n"
        "+ for _ in range(400):": (
            "a student that also fits and also reaches the target is right"
        ),
        "- hidden = (budget - classes) // (features + 1 + classes)\n"
        "+ hidden = (budget - classes) // (features + 2 + classes)": (
            "a student that also fits and also reaches the target is right"
        ),
        "- loss = distillation_loss(logits, teacher_logits, labels, 8.0, 0.9)\n"
        "+ loss = distillation_loss(logits, teacher_logits, labels, 16.0, 0.9)": (
            "a student that also fits and also reaches the target is right"
        ),
        "- loss = distillation_loss(logits, teacher_logits, labels, 8.0, 0.9)\n"
        "+ loss = distillation_loss(logits, teacher_logits, labels, 7.0, 0.9)": (
            "a student that also fits and also reaches the target is right"
        ),
        "- loss = distillation_loss(logits, teacher_logits, labels, 8.0, 0.9)\n"
        "+ loss = distillation_loss(logits, teacher_logits, labels, 8.0, 1)": (
            "a student that also fits and also reaches the target is right"
        ),
        "- loss = distillation_loss(logits, teacher_logits, labels, 8.0, 0.9)\n"
        "+ loss = distillation_loss(logits, teacher_logits, labels, 9.0, 0.9)": (
            "a student that also fits and also reaches the target is right"
        ),
        "- optimizer = torch.optim.Adam(parameters, lr=0.03)\n"
        "+ optimizer = torch.optim.Adam(parameters, lr=0.06)": (
            "a student that also fits and also reaches the target is right"
        ),
    },
    "distill_step": {
        "- optimizer.zero_grad()\n"
        "+ student.zero_grad()": (
            "the optimizer holds the student's parameters and no others"
        ),
    },
    "average_gradients": {
        "- return sum((n / total * g for n, g in zip(batch_sizes, gradients, strict=True)))\n"
        "+ return sum((n / total * g for g, n in zip(batch_sizes, gradients, strict=True)))": (
            "a product does not mind which factor is divided by the total"
        ),
        "- return sum((n / total * g for n, g in zip(batch_sizes, gradients, strict=True)))\n"
        "+ return sum((n / total * g for n, g in zip(gradients, batch_sizes, strict=True)))": (
            "a product does not mind which factor is divided by the total"
        ),
        "- return sum((n / total * g for n, g in zip(batch_sizes, gradients, strict=True)))\n"
        "+ return sum((n / total * g for n, g in zip(batch_sizes, gradients)))": (
            "the two lists have the same length; strict only matters where they do not"
        ),
        "- return sum((n / total * g for n, g in zip(batch_sizes, gradients, strict=True)))\n"
        "+ return sum((n / total * g for n, g in zip(batch_sizes, gradients, strict=False)))": (
            "the two lists have the same length; strict only matters where they do not"
        ),
    },
    "ring_allreduce": {
        "- for step in range(2 * (n - 1)):\n"
        "+ for step in range(2 * (n + 1)):": (
            "the chunks are complete by then: further rounds hand round what everyone has"
        ),
        "- for step in range(2 * (n - 1)):\n"
        "+ for step in range(2 * (n - -1)):": (
            "the chunks are complete by then: further rounds hand round what everyone has"
        ),
        "- for step in range(2 * (n - 1)):\n"
        "+ for step in range(2 * (n - 0)):": (
            "the chunks are complete by then: further rounds hand round what everyone has"
        ),
        "- for step in range(2 * (n - 1)):\n"
        "+ for step in range(2 * n - 1):": (
            "the chunks are complete by then: further rounds hand round what everyone has"
        ),
        "- for step in range(2 * (n - 1)):\n"
        "+ for step in range(2 * n):": (
            "the chunks are complete by then: further rounds hand round what everyone has"
        ),
        "- for step in range(2 * (n - 1)):\n"
        "+ for step in range(2 ** (n - 1)):": (
            "the chunks are complete by then: further rounds hand round what everyone has"
        ),
        "- for step in range(2 * (n - 1)):\n"
        "+ for step in range(3 * (n - 1)):": (
            "the chunks are complete by then: further rounds hand round what everyone has"
        ),
        "- for step in range(2 * (n - 1)):\n"
        "+ for step in range(4 * (n - 1)):": (
            "the chunks are complete by then: further rounds hand round what everyone has"
        ),
        "- right, c = ((worker + 1) % n, (worker - step) % n)\n"
        "+ right, c = ((worker + 1) % n, (step - worker) % n)": (
            "each worker still hands on the chunk that it just got, in another order of the chunks"
        ),
    },
    "federated_average": {
        "- return {name: sum((n / total * state[name] for n, state in"
        " zip(n_samples, states, strict=True))) for name in states[0]}\n"
        "+ return {name: sum((n / total * state[name] for n, state in"
        " zip(n_samples, states))) for name in states[0]}": (
            "the two lists have the same length; strict only matters where they do not"
        ),
        "- return {name: sum((n / total * state[name] for n, state in"
        " zip(n_samples, states, strict=True))) for name in states[0]}\n"
        "+ return {name: sum((n / total * state[name] for n, state in"
        " zip(n_samples, states, strict=False))) for name in states[0]}": (
            "the two lists have the same length; strict only matters where they do not"
        ),
        "- return {name: sum((n / total * state[name] for n, state in"
        " zip(n_samples, states, strict=True))) for name in states[0]}\n"
        "+ return {name: sum((n / total * state[name] for n, state in"
        " zip(n_samples, states, strict=True))) for name in states[-1]}": (
            "all clients have the same names"
        ),
    },
    "saxpy_thread": {
        "- if i < len(y):\n"
        "+ if i < len(x):": "x and y have the same length",
    },
}
