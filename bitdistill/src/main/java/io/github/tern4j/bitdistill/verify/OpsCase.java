package io.github.tern4j.bitdistill.verify;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.autograd.op.Contiguous;
import io.github.tern4j.autograd.op.Elementwise;
import io.github.tern4j.autograd.op.Reduce;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;
import java.util.Map;

/** Single operations with their gradients (golden README, section 4). */
final class OpsCase implements GoldenCase {

  static final String FILE = "ops.safetensors";

  @Override
  public void run(GoldenDirectory golden, Backend backend, Findings findings) {
    for (String name : golden.manifest().path("ops").propertyNames()) {
      try (Tape tape = Tape.recording(backend)) {
        OpInputs inputs = OpInputs.of(golden, name, tape);
        Variable out = OpTable.find(name).apply(tape, inputs);
        findings.floats(FILE, name + ".out", backend.download(out.value()));
        tape.backward(scalarProduct(tape, out, backend.upload(golden.floats(FILE, name + ".dout"))));
        for (Map.Entry<String, Variable> input : inputs.differentiable().entrySet()) {
          findings.floats(FILE, name + ".grad." + input.getKey(), Gradients.of(input.getValue(), backend));
        }
      }
    }
  }

  /** sum(out * gradOut), whose gradient with respect to {@code out} is {@code gradOut} to the bit. */
  static Variable scalarProduct(Tape tape, Variable out, Tensor gradOut) {
    Variable products = Elementwise.multiply(tape, Contiguous.contiguous(tape, out), tape.constant(gradOut));
    return Reduce.sum(tape, products.reshape(-1), 0);
  }
}
