package io.github.tern4j.autograd.op;

import static io.github.tern4j.autograd.TestBackend.normal;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.autograd.GradientCheck;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.TestBackend;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.RelationMode;
import io.github.tern4j.tensor.kernel.UnaryFunction;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Directional derivatives of every op agree with difference quotients, at random points and sizes. */
class OpGradientProperties {

  private static final float STEP = 1f / 128;

  private record Sizes(int rows, int columns, int inner) {}

  private record Case(List<Tensor> inputs, BiFunction<Tape, List<Variable>, Variable> function) {}

  private interface CaseMaker {
    Case make(Sizes sizes, Rng rng);
  }

  private static Map<String, CaseMaker> cases() {
    Map<String, CaseMaker> cases = new LinkedHashMap<>();
    cases.put("matmul", (s, rng) -> new Case(
        List.of(normal(rng.at("a"), s.rows, s.inner), normal(rng.at("b"), s.inner, s.columns)),
        (tape, in) -> Matmul.matmul(tape, in.get(0), in.get(1), false)));
    cases.put("matmul transposed, batched", (s, rng) -> new Case(
        List.of(normal(rng.at("a"), 2, s.rows, s.inner), normal(rng.at("b"), 2, s.columns, s.inner)),
        (tape, in) -> Matmul.matmul(tape, in.get(0), in.get(1), true)));
    cases.put("matmul with a shared operand", (s, rng) -> new Case(
        List.of(normal(rng.at("a"), 3, s.rows, s.inner), normal(rng.at("b"), s.inner, s.columns)),
        (tape, in) -> Matmul.matmul(tape, in.get(0), in.get(1), false)));
    cases.put("linear", (s, rng) -> new Case(
        List.of(normal(rng.at("x"), 2, s.rows, s.inner), normal(rng.at("w"), s.columns, s.inner)),
        (tape, in) -> Linear.linear(tape, in.get(0), in.get(1))));
    cases.put("add, broadcast", (s, rng) -> new Case(
        List.of(normal(rng.at("a"), s.rows, s.columns), normal(rng.at("b"), s.columns)),
        (tape, in) -> Elementwise.add(tape, in.get(0), in.get(1))));
    cases.put("subtract, broadcast", (s, rng) -> new Case(
        List.of(normal(rng.at("a"), s.rows, 1), normal(rng.at("b"), s.rows, s.columns)),
        (tape, in) -> Elementwise.subtract(tape, in.get(0), in.get(1))));
    cases.put("multiply, broadcast", (s, rng) -> new Case(
        List.of(normal(rng.at("a"), s.rows, s.columns), normal(rng.at("b"), 1, s.columns)),
        (tape, in) -> Elementwise.multiply(tape, in.get(0), in.get(1))));
    cases.put("divide", (s, rng) -> new Case(
        List.of(normal(rng.at("a"), s.rows, s.columns), positive(rng.at("b"), s.columns)),
        (tape, in) -> Elementwise.divide(tape, in.get(0), in.get(1))));
    cases.put("scale", (s, rng) -> new Case(List.of(normal(rng, s.rows, s.columns)),
        (tape, in) -> Elementwise.scale(tape, in.get(0), -1.5f)));
    for (UnaryFunction function : UnaryFunction.values()) {
      boolean positive = function == UnaryFunction.LOG || function == UnaryFunction.SQRT || function == UnaryFunction.RELU;
      cases.put(function.toString(), (s, rng) -> new Case(
          List.of(positive ? positive(rng, s.rows, s.columns) : normal(rng, s.rows, s.columns)),
          (tape, in) -> Elementwise.unary(tape, function, in.get(0))));
    }
    cases.put("sum", (s, rng) -> new Case(List.of(normal(rng, s.rows, s.inner, s.columns)),
        (tape, in) -> Reduce.sum(tape, in.get(0), 1)));
    cases.put("mean", (s, rng) -> new Case(List.of(normal(rng, s.rows, s.columns)),
        (tape, in) -> Reduce.mean(tape, in.get(0), -1)));
    cases.put("mean of all", (s, rng) -> new Case(List.of(normal(rng, s.rows, s.columns)),
        (tape, in) -> Reduce.mean(tape, in.get(0))));
    cases.put("max", (s, rng) -> new Case(List.of(spread(rng, s.rows, s.columns)),
        (tape, in) -> Reduce.maxLast(tape, in.get(0))));
    cases.put("expand", (s, rng) -> new Case(List.of(normal(rng, s.rows, 1, s.columns)),
        (tape, in) -> Expand.expand(tape, in.get(0), Shape.of(s.rows, 3, s.columns))));
    cases.put("softmax", (s, rng) -> new Case(List.of(normal(rng, s.rows, s.columns)),
        (tape, in) -> Contiguous.contiguous(tape, Softmax.softmax(tape, in.get(0), 0))));
    cases.put("logSoftmax", (s, rng) -> new Case(List.of(normal(rng, s.rows, s.columns)),
        (tape, in) -> Softmax.logSoftmax(tape, in.get(0))));
    cases.put("rmsNorm", (s, rng) -> new Case(List.of(normal(rng.at("x"), s.rows, s.columns), normal(rng.at("w"), s.columns)),
        (tape, in) -> RmsNorm.rmsNorm(tape, in.get(0), in.get(1), 0.1f)));
    cases.put("rope", (s, rng) -> {
      Tensor angles = normal(rng.at("angles"), s.rows, s.columns);
      return new Case(List.of(normal(rng.at("x"), 2, s.rows, 3, 2 * s.columns)),
          (tape, in) -> Rope.rope(tape, in.get(0), mapped(angles, true), mapped(angles, false)));
    });
    cases.put("swiGlu", (s, rng) -> new Case(List.of(normal(rng.at("g"), s.rows, s.columns), normal(rng.at("u"), s.rows, s.columns)),
        (tape, in) -> SwiGlu.swiGlu(tape, in.get(0), in.get(1))));
    cases.put("attention", (s, rng) -> new Case(
        List.of(normal(rng.at("q"), 2, s.rows, 4, s.columns), normal(rng.at("k"), 2, s.rows, 2, s.columns),
            normal(rng.at("v"), 2, s.rows, 2, s.columns)),
        (tape, in) -> Attention.attention(tape, in.get(0), in.get(1), in.get(2), true)));
    cases.put("attention over heads laid out first", (s, rng) -> new Case(
        List.of(normal(rng.at("q"), 2, 2, s.rows, s.columns), normal(rng.at("k"), 2, 2, s.rows + 1, s.columns),
            normal(rng.at("v"), 2, 2, s.rows + 1, s.columns)),
        (tape, in) -> Attention.attention(tape, in.get(0).transpose(1, 2), in.get(1).transpose(1, 2), in.get(2).transpose(1, 2), false)));
    cases.put("embedding", (s, rng) -> new Case(List.of(normal(rng, s.rows, s.columns)),
        (tape, in) -> Embedding.rows(tape, in.get(0), new int[] {0, s.rows - 1, 0, s.rows / 2})));
    cases.put("crossEntropy", (s, rng) -> new Case(List.of(normal(rng, s.rows + 1, s.columns)),
        (tape, in) -> CrossEntropy.crossEntropy(tape, in.get(0), targets(s))));
    cases.put("klDivergence", (s, rng) -> {
      Tensor teacher = normal(rng.at("teacher"), s.rows, s.columns);
      boolean[] keep = new boolean[s.rows];
      keep[0] = true;
      return new Case(List.of(normal(rng.at("student"), s.rows, s.columns)),
          (tape, in) -> KlDivergence.klDivergence(tape, teacher, in.get(0), 2, keep));
    });
    for (RelationMode mode : RelationMode.values()) {
      cases.put("relation " + mode, (s, rng) -> {
        Tensor teacher = normal(rng.at("teacher"), 2, s.rows, 2, s.columns);
        return new Case(List.of(away(rng.at("student"), 2, s.rows, 2, s.inner)),
            (tape, in) -> Relation.relation(tape, teacher, in.get(0), new int[] {s.rows, (s.rows + 1) / 2}, mode, 1.5f));
      });
    }
    cases.put("slice of a view", (s, rng) -> new Case(List.of(normal(rng, s.rows, s.columns + 1)),
        (tape, in) -> Elementwise.scale(tape, in.get(0).slice(1, 1, s.columns + 1), 2)));
    return cases;
  }

  @Provide
  Arbitrary<String> ops() {
    return Arbitraries.of(cases().keySet());
  }

  @Property(tries = 200)
  void directionalDerivativesMatch(@ForAll("ops") String op, @ForAll long seed) {
    Rng rng = Rng.of(seed);
    Sizes sizes = new Sizes(1 + rng.below(0, 5), 1 + rng.below(1, 19), 1 + rng.below(2, 7));
    Case sample = cases().get(op).make(sizes, rng);
    try (Backend backend = TestBackend.poisoning()) {
      GradientCheck.Result result = GradientCheck.check(backend, sample.inputs(), sample.function(), STEP, rng.at("check"));
      assertThat(result.passed()).as("%s, seed %d, sizes %s: %s", op, seed, sizes, result).isTrue();
    }
  }

  private static int[] targets(Sizes sizes) {
    int[] targets = new int[sizes.rows + 1];
    for (int i = 0; i < sizes.rows; i++) {
      targets[i] = i % sizes.columns;
    }
    targets[sizes.rows] = -100;
    return targets;
  }

  private static Tensor positive(Rng rng, int... dims) {
    Tensor tensor = normal(rng, dims);
    for (int i = 0; i < tensor.array().length; i++) {
      tensor.array()[i] = 0.5f + Math.abs(tensor.array()[i]);
    }
    return tensor;
  }

  // rows whose largest element leads by more than a step can change
  private static Tensor spread(Rng rng, int rows, int columns) {
    Tensor tensor = normal(rng, rows, columns);
    for (int row = 0; row < rows; row++) {
      tensor.array()[row * columns + rng.below(1_000 + row, columns)] += 10;
    }
    return tensor;
  }

  // vectors that are not short, since those of norm 0 have no direction
  private static Tensor away(Rng rng, int... dims) {
    Tensor tensor = normal(rng, dims);
    int width = dims[dims.length - 1];
    for (int i = 0; i < tensor.array().length; i += width) {
      tensor.array()[i] += 3;
    }
    return tensor;
  }

  private static Tensor mapped(Tensor angles, boolean cosine) {
    Tensor result = Tensor.zeros(angles.shape());
    for (int i = 0; i < result.array().length; i++) {
      result.array()[i] = (float) (cosine ? Math.cos(angles.array()[i]) : Math.sin(angles.array()[i]));
    }
    return result;
  }
}
