"""What the workers run, in one start of three of them; and the results that are stored."""

import os
import subprocess
import sys
import tempfile
from itertools import islice

import psutil
import pytest
import torch
import torch.nn.functional as F
from places import ROOT
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from lessons.data import digits
from lessons.data_parallel import async_sgd, server_process
from lessons.measured import DEMONSTRATIONS, stored
from lessons.model_parallel import two_processes as model_parallel
from lessons.processes import run_processes
from lessons.training import mlp, one_thread

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Results, what was printed, and what was left; from a folder and threads that are not ours."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryFile("w+") as printed:
        patch.chdir(folder)
        patch.delenv("OMP_NUM_THREADS")
        patch.setattr(tempfile, "tempdir", str(folder))
        patch.setattr(sys, "stdout", printed)
        before = set(psutil.Process().children(recursive=True))
        results = run_processes(
            "process_targets:demonstrations", 3, {"gift": {"tensor": torch.arange(3)}}, seconds=300)
        left = set(psutil.Process().children(recursive=True)) - before
        printed.seek(0)
        return results, printed.read(), left or list(folder.iterdir())


def test_results_come_in_order_and_nothing_stays(run):
    """Catches results in the order of arrival, lost arguments and lines, too many threads, orphans."""
    results, printed, left = run
    assert [result["rank"] for result in results] == [0, 1, 2]
    assert all(result["gift"].tolist() == [0, 3, 6] for result in results)
    assert all(result["threads"] == 1 for result in results)
    assert sorted(printed.split("\n")) == ["", *(f"ワーカー {i}: {i} 番です" for i in range(3))]
    assert not left


def test_cut_network_learns_as_the_whole(run):
    """Catches a lost or doubled gradient at the cut: one process, written plainly, has these losses."""
    first, second = (result["model"] for result in run[0][:2])
    network = mlp([784, 300, 100, 10], seed=0)
    expected = []
    for x, y in islice(model_parallel.batches(), model_parallel.STEPS):
        loss = F.cross_entropy(network(x), y)
        expected.append(loss.item())
        for p, g in zip(network.parameters(), torch.autograd.grad(loss, list(network.parameters())),
                        strict=True):
            p.data -= model_parallel.LR * g
    assert expected[-1] < 0.8 * expected[0]
    assert second["losses"] == pytest.approx(expected, rel=1e-4)
    assert first["losses"] == pytest.approx(expected, rel=1e-4)
    assert first["largest_difference"] <= 1e-6


def test_times_of_the_cut_network(run):
    """Catches a wait that is counted as work, ms taken for seconds, and a size that is not measured."""
    first, second = (result["model"] for result in run[0][:2])
    for worker in (first, second):
        assert 0 < worker["compute_seconds"] < worker["step_seconds"] < 1
    assert 0 < first["alone_seconds"] < 1
    loopback = first["loopback"]
    assert loopback["bytes"] == sorted(loopback["bytes"])
    assert 64 * 300 * 4 in loopback["bytes"]
    assert len(loopback["seconds"]) == len(loopback["bytes"])
    assert all(0 < seconds < 1 for seconds in loopback["seconds"])


def test_synchronous_workers_equal_one(run):
    """Catches a sum instead of the mean, a worker with another's rows, and gradients that stay apart."""
    first, *others = (result["data"] for result in run[0])
    assert set(first["largest_difference"]) == {"all_reduce", "ddp"}
    assert all(0 <= d <= 1e-6 for d in first["largest_difference"].values())
    assert all(0 < seconds < 1 for seconds in first["step_seconds"].values())
    assert all(accuracy > 85 for accuracy in first["accuracy"].values())
    assert others == [{}, {}]


@pytest.mark.parametrize("kind", ["alike", "uneven"])
def test_server_applies_stale_gradients_as_they_arrive(run, kind):
    """Catches a wrong staleness, a lost push and a fresh θ: the same arrivals give the same losses."""
    server, *workers = (result["server"][kind] for result in run[0])
    arrivals = server["arrivals"]
    assert len(arrivals) == server_process.UPDATES and set(arrivals) == {1, 2}

    model, data = mlp(server_process.WIDTHS, seed=0), digits()
    generators = {worker: torch.Generator().manual_seed(worker) for worker in (1, 2)}
    losses = {1: [], 2: []}

    def gradient(theta, worker):
        vector_to_parameters(theta, model.parameters())
        rows = torch.randint(len(data.x_train), (32,), generator=generators[worker])
        loss = F.cross_entropy(model(data.x_train[rows]), data.y_train[rows])
        losses[worker].append(loss.item())
        return parameters_to_vector(torch.autograd.grad(loss, list(model.parameters())))

    theta = parameters_to_vector(model.parameters()).detach()
    with one_thread():
        _, staleness = async_sgd(gradient, theta, server_process.LR, arrivals)
    assert server["staleness"] == staleness
    for rank, worker in enumerate(workers, start=1):
        assert worker["losses"][:len(losses[rank])] == pytest.approx(losses[rank], rel=1e-3)
    assert server["accuracy"] > 60
    assert server["updates_per_second"] > 1


def test_pauses_follow_the_speeds(run):
    """Catches pauses that do not slow the update rate down, or do not tell the workers apart."""
    mean = [sum(pause() for pause in [server_process.pauses(rank, 3)] * 2000) / 2000
            for rank in (1, 2, 3)]
    spread = 1.0202     # mean of exp(0.2 z), z standard normal
    assert mean == pytest.approx([0.01 * spread, 0.01 / 0.75 * spread, 0.02 * spread], rel=0.02)
    uneven = run[0][0]["server"]["uneven"]
    assert uneven["updates_per_second"] < 1 / mean[0] + 1 / mean[2]


def test_the_same_script_runs_under_torchrun():
    """Catches a __main__ that does not find its rank in torchrun's environment, or workers that differ."""
    done = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
         "-m", "lessons.data_parallel.two_processes"],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    printed = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert set(printed) == {"largest_difference", "step_seconds", "accuracy"}
    differences = printed["largest_difference"].strip("{}").split(", ")
    assert len(differences) == 2
    assert all(float(text.split(": ")[1]) <= 1e-6 for text in differences)


def shape(value):
    """Names, kinds and lengths, without the numbers."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    return (type(value[0]), len(value)) if isinstance(value, list) else type(value)


def test_stored_results_have_the_shape_of_fresh_ones(run):
    """Catches a stored result of an older demonstration: the cells after it would fail only there."""
    results, _, _ = run
    kinds = {"lessons.model_parallel.two_processes:train": "model",
             "lessons.data_parallel.two_processes:train": "data",
             "lessons.data_parallel.server_process:train": "server"}
    trained = [(target, n_workers) for target, n_workers in DEMONSTRATIONS if n_workers > 1]
    assert [target for target, _ in trained] == list(kinds)     # the kernels have their own test
    for target, n_workers in trained:
        kept = stored(target, n_workers)["results"]
        name = kinds[target]
        assert len(kept) == n_workers
        assert shape(kept[0]) == shape(results[0][name])
        assert set(kept[1]) == set(results[1][name])
