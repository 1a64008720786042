"""The claims of 03_2 hold, and those about a run can fail."""

from lessons.gpu import kernel_claims
from lessons.gpu.kernels import launch
from lessons.measured import stored


def test_the_claims_hold():
    """Catches a claim that the lesson no longer supports."""
    kept = {language: stored(target, 1)["results"][0]
            for language, (target, _) in launch.PROGRAMS.items()}
    said = [*kernel_claims.about_branches((3,)), *kernel_claims.about_threads((3,)),
            *kernel_claims.about_systolic_arrays((3,)),
            *kernel_claims.about_kernels(kept)]
    assert len(said) == len(dict(said)) == 15
    assert all(holds is True for _, holds in said)


def test_claims_about_a_run_can_fail():
    """Catches claims that hold whatever the kernels return."""
    wrong = {"saxpy": [0.0] * 100, "matmul": [[0.0] * 16] * 16}
    said = dict(kernel_claims.about_kernels({"OpenCL": wrong}))
    assert [holds for sentence, holds in said.items() if "OpenCL の saxpy" in sentence] == [False]
