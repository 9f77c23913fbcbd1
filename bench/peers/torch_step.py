"""Training step of a Qwen3 in PyTorch and transformers, beside `bin/bitdistill bench train`.

The same shapes, modes and work: random ids, forward, loss at every position with a next token, backward, clipping of the gradient
norm at 1, AdamW. Modes: `fp` is the plain model. `bit` is the student: SubLN and BitLinear with fake quantization and the
straight-through estimator. `distill` adds a frozen full-precision teacher of the same shape, the logits loss (tau 5, factor 10)
and the attention-relation loss on Q, K and V of the last layer (factor 1e5 / 3 each).

See README.md for how to set it up.
"""
import argparse
import json
import resource
import statistics
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F
from transformers import Qwen3Config, Qwen3ForCausalLM

WARM_UP_STEPS = 2
LAMBDA = 10
TAU = 5
GAMMA = 1e5 / 3


def shape(vocab, hidden, intermediate, layers, heads, kv_heads, head_dim):
    return dict(vocab_size=vocab, hidden_size=hidden, intermediate_size=intermediate, num_hidden_layers=layers,
                num_attention_heads=heads, num_key_value_heads=kv_heads, head_dim=head_dim)


# name: model, batch, tokens, whether layers are computed again in the backward pass
SHAPES = {
    "a": (shape(4096, 192, 512, 6, 6, 3, 32), 32, 128, False),
    "b": (shape(16384, 512, 1536, 8, 8, 4, 64), 8, 256, False),
    "c": (shape(151936, 1024, 3072, 2, 16, 8, 128), 2, 256, False),
    "qwen3-0.6b": (shape(151936, 1024, 3072, 28, 16, 8, 128), 1, 128, True),
}


class StraightThrough(torch.autograd.Function):
    """The quantized value forward, the gradient of the identity backward."""

    @staticmethod
    def forward(ctx, x, quantized):
        return quantized

    @staticmethod
    def backward(ctx, grad):
        return grad, None


class BitLinear(nn.Linear):
    """Ternary weights with one scale, int8 activations with one scale per token; both fake-quantized."""

    def forward(self, x):
        gamma = x.abs().amax(-1, keepdim=True)
        codes = torch.clamp(torch.round(x * (127 / (gamma + 1e-5))), -128, 127)
        delta = self.weight.abs().mean()
        ternary = torch.clamp(torch.round(self.weight / (delta + 1e-5)), -1, 1)
        return F.linear(StraightThrough.apply(x, codes * (gamma / 127)), StraightThrough.apply(self.weight, delta * ternary))


class SubLn(nn.Module):
    """An RMSNorm in front of a projection."""

    def __init__(self, projection):
        super().__init__()
        self.norm = nn.RMSNorm(projection.in_features, eps=1e-6)
        self.projection = projection

    def forward(self, x):
        return self.projection(self.norm(x))


def make_student(model):
    """Replaces every projection by a BitLinear, o_proj and down_proj with SubLN."""
    for block in model.model.layers:
        for owner, names in ((block.self_attn, ("q", "k", "v", "o")), (block.mlp, ("gate", "up", "down"))):
            for name in names:
                old = getattr(owner, name + "_proj")
                new = BitLinear(old.in_features, old.out_features, bias=False)
                new.weight.data.copy_(old.weight.data)
                setattr(owner, name + "_proj", SubLn(new) if name in ("o", "down") else new)


def tap_last_layer(model):
    """A dictionary that holds Q and K (behind their norms) and V of the last layer after each forward pass."""
    states = {}
    attention = model.model.layers[-1].self_attn
    for name, module in (("q", attention.q_norm), ("k", attention.k_norm), ("v", attention.v_proj)):
        module.register_forward_hook(lambda _, __, out, name=name: states.__setitem__(name, out))
    return states


def log_relation(x, split_heads):
    batch, tokens = x.shape[:2]
    x = F.normalize(x.reshape(batch, tokens, split_heads, -1).transpose(1, 2), dim=-1)
    return (x @ x.transpose(-1, -2)).log_softmax(-1)


def peak_resident_bytes():
    """Linux counts the program that started this one into ru_maxrss, so /proc is asked first."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak << 10


class Step:
    def __init__(self, shape_name, mode, bf16):
        sizes, self.batch, self.tokens, checkpointed = SHAPES[shape_name]
        self.vocab, self.split_heads, self.bf16 = sizes["vocab_size"], sizes["num_key_value_heads"], bf16
        config = Qwen3Config(**sizes, tie_word_embeddings=True, attn_implementation="sdpa", use_cache=not checkpointed)
        self.model = Qwen3ForCausalLM(config)
        if mode != "fp":
            make_student(self.model)
        if checkpointed:
            self.model.gradient_checkpointing_enable()
        self.model.train()
        self.teacher = None
        if mode == "distill":
            self.teacher = Qwen3ForCausalLM(config).eval().requires_grad_(False)
            self.states, self.teacher_states = tap_last_layer(self.model), tap_last_layer(self.teacher)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-4, fused=True)

    def run(self):
        ids = torch.randint(0, self.vocab, (self.batch, self.tokens))
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            out = self.model(input_ids=ids, labels=ids)
            loss = out.loss if self.teacher is None else out.loss + self.distillation(ids, out.logits)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=False)

    def distillation(self, ids, logits):
        states = dict(self.states)
        with torch.no_grad():
            teacher_logits = self.teacher(input_ids=ids).logits
        flat = lambda x: (x[:, :-1].flatten(0, 1) / TAU).log_softmax(-1)
        loss = LAMBDA * F.kl_div(flat(logits), flat(teacher_logits), log_target=True, reduction="batchmean")
        for name in ("q", "k", "v"):
            student = log_relation(states[name], self.split_heads)
            teacher = log_relation(self.teacher_states[name], self.split_heads)
            loss = loss + GAMMA * (teacher.exp() * (teacher - student)).sum(-1).mean()
        return loss


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--shape", choices=SHAPES, default="a")
    options.add_argument("--mode", choices=("fp", "bit", "distill"), default="fp")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--steps", type=int, default=8)
    options.add_argument("--bf16", action="store_true", help="autocast to bfloat16 (default: F32 throughout)")
    options.add_argument("--json", action="store_true")
    o = options.parse_args()
    torch.set_num_threads(o.threads)
    torch.manual_seed(0)
    step = Step(o.shape, o.mode, o.bf16)
    times = []
    for _ in range(WARM_UP_STEPS + o.steps):
        start = time.perf_counter()
        step.run()
        times.append(time.perf_counter() - start)
    median = statistics.median(times[WARM_UP_STEPS:])
    result = dict(peer="pytorch " + torch.__version__ + (" bf16" if o.bf16 else ""), shape=o.shape, mode=o.mode,
                  threads=o.threads, step_ms=round(median * 1e3, 1), tokens_per_s=round(step.batch * step.tokens / median, 1),
                  peak_resident_bytes=peak_resident_bytes())
    print(json.dumps(result) if o.json else result)


if __name__ == "__main__":
    main()
