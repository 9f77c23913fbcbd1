"""Decoding and prefill in llama.cpp or ik_llama.cpp, beside `bin/bitdistill bench decode|prefill`: runs their llama-bench on
a GGUF file and turns its answer into one line of JSON. See README.md for how to build it and how to make the file.
"""
import argparse
import json
import subprocess
import sys


def command(o):
    tokens = ["-p", str(o.tokens), "-n", "0"] if o.mode == "prefill" else ["-p", "0", "-n", str(o.tokens)]
    depth = ["-d", str(o.context)] if o.context > 0 else []
    return [o.bench, "-m", o.model, "-t", str(o.threads), "-r", "1", "-o", "json", *tokens, *depth, *o.more]


def speed(answer, mode):
    """llama-bench prints a JSON array with an object for each test; avg_ts is tokens per second."""
    tests = [test for test in answer if (test["n_prompt"] > 0) == (mode == "prefill")]
    if len(tests) != 1:
        sys.exit(f"llama-bench answered with {len(tests)} tests of {mode}; expected one")
    return tests[0]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--bench", required=True, help="the program llama-bench")
    options.add_argument("--model", required=True, help="a GGUF file of the shape and format that are measured")
    options.add_argument("--name", default="llama.cpp", help="what to call it")
    options.add_argument("--mode", choices=("decode", "prefill"), required=True)
    options.add_argument("--threads", type=int, required=True)
    options.add_argument("--tokens", type=int, required=True)
    options.add_argument("--context", type=int, default=0)
    # What this side was asked for; the file and further options decide.
    for ours in ("--shape", "--format", "--group", "--head", "--kv"):
        options.add_argument(ours)
    options.add_argument("--json", action="store_true")
    o, o.more = options.parse_known_args()
    run = subprocess.run(command(o), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if run.returncode != 0:
        sys.exit((run.stderr.strip().splitlines() or ["llama-bench failed"])[-1])
    # Some builds print lines of their own before the array.
    test = speed(json.loads(run.stdout[run.stdout.index("["):]), o.mode)
    peer = f"{o.name} {test.get('build_commit', '')} {test.get('model_type', '')}".strip()
    print(json.dumps(dict(peer=peer, tokens_per_second=test["avg_ts"])))


if __name__ == "__main__":
    main()
