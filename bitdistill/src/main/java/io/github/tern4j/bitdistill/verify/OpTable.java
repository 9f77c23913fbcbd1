package io.github.tern4j.bitdistill.verify;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.autograd.op.Attention;
import io.github.tern4j.autograd.op.CrossEntropy;
import io.github.tern4j.autograd.op.Elementwise;
import io.github.tern4j.autograd.op.Embedding;
import io.github.tern4j.autograd.op.KlDivergence;
import io.github.tern4j.autograd.op.Linear;
import io.github.tern4j.autograd.op.Matmul;
import io.github.tern4j.autograd.op.Reduce;
import io.github.tern4j.autograd.op.RmsNorm;
import io.github.tern4j.autograd.op.Rope;
import io.github.tern4j.autograd.op.Softmax;
import io.github.tern4j.autograd.op.SwiGlu;
import io.github.tern4j.nn.qwen3.RotaryTable;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.UnaryFunction;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The golden set's names of operations and ours. A name may carry a variant after a known one: {@code rope_theta1e4}. */
final class OpTable {

  /** One operation; it returns a variable with the expected output's shape. */
  @FunctionalInterface
  interface Op {
    Variable apply(Tape tape, OpInputs in);
  }

  private static final Map<String, Op> OPS = new TreeMap<>();

  static {
    OPS.put("matmul", (tape, in) -> Matmul.matmul(tape, in.get("a"), in.get("b"), false));
    OPS.put("matmul_2d_bt", (tape, in) -> Matmul.matmul(tape, in.get("a"), in.get("b"), true));
    OPS.put("linear", (tape, in) -> Linear.linear(tape, in.get("x"), in.get("w")));
    OPS.put("add", (tape, in) -> Elementwise.add(tape, in.get("a"), in.get("b")));
    OPS.put("sub", (tape, in) -> Elementwise.subtract(tape, in.get("a"), in.get("b")));
    OPS.put("mul", (tape, in) -> Elementwise.multiply(tape, in.get("a"), in.get("b")));
    OPS.put("div", (tape, in) -> Elementwise.divide(tape, in.get("a"), in.get("b")));
    for (UnaryFunction function : UnaryFunction.values()) {
      OPS.put(function.name().toLowerCase(Locale.ROOT), (tape, in) -> Elementwise.unary(tape, function, in.get("x")));
    }
    OPS.put("sum", (tape, in) -> Reduce.sum(tape, in.get("x"), axis(in)).reshape(in.outShape().dims()));
    OPS.put("mean", (tape, in) -> Reduce.mean(tape, in.get("x"), axis(in)).reshape(in.outShape().dims()));
    OPS.put("max_last", (tape, in) -> Reduce.maxLast(tape, in.get("x")).reshape(in.outShape().dims()));
    OPS.put("transpose_12", (tape, in) -> in.get("x").transpose(1, 2));
    OPS.put("softmax", (tape, in) -> Softmax.softmax(tape, in.get("x"), axis(in)));
    OPS.put("softmax_masked", OpTable::maskedSoftmax);
    OPS.put("log_softmax", (tape, in) -> Softmax.logSoftmax(tape, in.get("x")));
    OPS.put("rmsnorm", (tape, in) -> RmsNorm.rmsNorm(tape, in.get("x"), in.get("weight"), (float) in.number("eps")));
    OPS.put("swiglu", (tape, in) -> SwiGlu.swiGlu(tape, in.get("gate"), in.get("up")));
    OPS.put("rope", OpTable::rope);
    OPS.put("embedding", (tape, in) -> Embedding.rows(tape, in.get("weight"), in.ints("ids")).reshape(in.outShape().dims()));
    OPS.put("cross_entropy", (tape, in) -> CrossEntropy.crossEntropy(tape, in.get("logits"), in.ints("targets")));
    OPS.put("kl_temperature", OpTable::klDivergence);
    OPS.put("attention", OpTable::attention);
  }

  private OpTable() {}

  /** The operation of a name: the longest known name that it is or continues after an underscore. */
  static Op find(String name) {
    for (String known = name; !known.isEmpty(); known = known.substring(0, Math.max(0, known.lastIndexOf('_')))) {
      if (OPS.containsKey(known)) {
        return OPS.get(known);
      }
    }
    throw new BadInputException("golden case ops: operation '" + name + "' is unknown; expected one of " + OPS.keySet());
  }

  private static int axis(OpInputs in) {
    return in.attributes().path("dim").asInt();
  }

  /** Softmax of x plus 0 where the mask is 1 and minus infinity where it is 0. */
  private static Variable maskedSoftmax(Tape tape, OpInputs in) {
    int[] mask = in.ints("mask");
    float[] added = new float[mask.length];
    for (int i = 0; i < mask.length; i++) {
      added[i] = mask[i] == 0 ? Float.NEGATIVE_INFINITY : 0;
    }
    Variable x = in.get("x");
    Tensor host = Tensor.of(added, mask.length / x.dim(-1), x.dim(-1));
    return Softmax.softmax(tape, Elementwise.add(tape, x, tape.constant(tape.backend().upload(host))), -1);
  }

  /** Golden heads come before tokens, ours after: both sides of the op are transposed views. */
  private static Variable rope(Tape tape, OpInputs in) {
    Backend backend = tape.backend();
    Variable x = in.get("x");
    int[] positions = in.ints("positions");
    int half = x.dim(-1) / 2;
    Tensor cos = Tensor.zeros(positions.length, half);
    Tensor sin = Tensor.zeros(positions.length, half);
    RotaryTable table = new RotaryTable(backend, in.number("theta"), x.dim(-1));
    for (int i = 0; i < positions.length; i++) {
      System.arraycopy(backend.download(table.cos(positions[i], 1)), 0, cos.array(), i * half, half);
      System.arraycopy(backend.download(table.sin(positions[i], 1)), 0, sin.array(), i * half, half);
    }
    return Rope.rope(tape, x.transpose(1, 2), backend.upload(cos), backend.upload(sin)).transpose(1, 2);
  }

  private static Variable attention(Tape tape, OpInputs in) {
    boolean causal = in.attributes().path("causal").asBoolean();
    Variable q = in.get("q").transpose(1, 2);
    Variable k = in.get("k").transpose(1, 2);
    Variable v = in.get("v").transpose(1, 2);
    return Attention.attention(tape, q, k, v, causal).transpose(1, 2);
  }

  /**
   * Our op takes the teacher as a constant, so the teacher's gradient comes from the definition,
   * {@code mean over rows of sum p_T (ln p_T - ln p_S)}. Its value is taken away again with the student held fixed, so that
   * output and student gradient are those of the op.
   */
  private static Variable klDivergence(Tape tape, OpInputs in) {
    float tau = (float) in.number("tau");
    Variable teacher = in.get("teacher");
    Variable student = in.get("student");
    boolean[] keep = new boolean[student.dim(0)];
    Arrays.fill(keep, true);
    Variable value = KlDivergence.klDivergence(tape, teacher.value(), student, tau, keep);
    Variable defined = definedKl(tape, teacher, tape.constant(student.value()), tau);
    Variable held = definedKl(tape, tape.constant(teacher.value()), tape.constant(student.value()), tau);
    return Elementwise.add(tape, value, Elementwise.subtract(tape, defined, held));
  }

  private static Variable definedKl(Tape tape, Variable teacher, Variable student, float tau) {
    Variable scaledTeacher = Elementwise.scale(tape, teacher, 1 / tau);
    Variable scaledStudent = Elementwise.scale(tape, student, 1 / tau);
    Variable logRatio =
        Elementwise.subtract(tape, Softmax.logSoftmax(tape, scaledTeacher), Softmax.logSoftmax(tape, scaledStudent));
    Variable terms = Elementwise.multiply(tape, Softmax.softmax(tape, scaledTeacher, -1), logRatio);
    return Elementwise.scale(tape, Reduce.sum(tape, terms.reshape(-1), 0).reshape(), 1f / teacher.dim(0));
  }
}
