"""Products of matrices in PyTorch, beside `bin/bitdistill bench kernels`: x [m, k] times w^T, w [n, k], in F32.

Each shape is warmed up and then timed several times; what counts is the median. See README.md for how to set it up.
"""
import argparse
import json
import statistics
import time

import torch

SHAPES = ((512, 512, 512), (1024, 1024, 1024), (2048, 2048, 2048), (512, 1024, 3072))  # m, k, n
SAMPLE_SECONDS = 0.08
SAMPLES = 5


def seconds_per_call(call, calls):
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - start) / calls


def gflops(m, k, n):
    x, w = torch.rand(m, k) - 0.5, torch.rand(n, k) - 0.5
    out = torch.empty(m, n)
    call = lambda: torch.matmul(x, w.t(), out=out)
    call()
    calls = max(1, round(SAMPLE_SECONDS / min(seconds_per_call(call, 1) for _ in range(3))))
    return 2e-9 * m * k * n / statistics.median(seconds_per_call(call, calls) for _ in range(SAMPLES))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--json", action="store_true")
    o = options.parse_args()
    torch.set_num_threads(o.threads)
    torch.manual_seed(0)
    speeds = {f"{m}x{k}x{n}": round(gflops(m, k, n), 2) for m, k, n in SHAPES}
    result = dict(peer="pytorch " + torch.__version__, threads=o.threads, gflops=speeds)
    print(json.dumps(result) if o.json else result)


if __name__ == "__main__":
    main()
