package io.github.tern4j.bitdistill.loss;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.nn.qwen3.Taps.Place;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.RelationMode;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds of attention-relation distillation for any states, on reference and vectors. */
class RelationLossProperties {

  /** Unit roundoff of float. */
  private static final double U = 0x1p-24;

  /** Heads of queries, and of keys and values. */
  private static final int QUERY_HEADS = 4;

  private static final int KEY_VALUE_HEADS = 2;

  /** Q, K and V of both sides, cut into {@code splitHeads} vectors a token. */
  record States(String backendName, int batch, int tokens, int teacherHeadDim, int studentHeadDim, RelationMode mode,
      float temperature, long seed) {

    Backend open() {
      return Backends.open(backendName, 2);
    }

    int splitHeads() {
      return 1 + Rng.of(seed).below(0, 2);
    }

    int[] lengths() {
      int[] lengths = new int[batch];
      for (int i = 0; i < batch; i++) {
        lengths[i] = 1 + Rng.of(seed).at("lengths").below(i, tokens);
      }
      return lengths;
    }

    RelationLoss loss(boolean repeat, boolean keepPadding, RelationLoss.Normalization normalization) {
      return new RelationLoss(List.of(new RelationLoss.LayerPair(0, 0)), AttentionStates.Stage.ROPE, mode, temperature,
          splitHeads(), new RelationLoss.Alpha(1, 1, 1), repeat, keepPadding, normalization);
    }

    /** Q, K and V, standard normal. */
    float[][] values(String side, int headDim) {
      float[][] values = new float[3][];
      for (int role = 0; role < 3; role++) {
        Rng rng = Rng.of(seed).at(side).at(role);
        values[role] = new float[batch * tokens * heads(role) * headDim];
        for (int i = 0; i < values[role].length; i++) {
          values[role][i] = (float) rng.normal(i);
        }
      }
      return values;
    }

    /** The same states with the unpadded tokens of each sequence in another order, the same one for all roles and sides. */
    float[][] permuted(float[][] values) {
      int[] lengths = lengths();
      float[][] permuted = new float[3][];
      for (int role = 0; role < 3; role++) {
        permuted[role] = values[role].clone();
        int width = values[role].length / (batch * tokens);
        for (int i = 0; i < batch; i++) {
          int[] order = Rng.of(seed).at("order").at(i).permutation(lengths[i]);
          for (int token = 0; token < lengths[i]; token++) {
            int from = (i * tokens + order[token]) * width;
            System.arraycopy(values[role], from, permuted[role], (i * tokens + token) * width, width);
          }
        }
      }
      return permuted;
    }

    private static int heads(int role) {
      return role == 0 ? QUERY_HEADS : KEY_VALUE_HEADS;
    }

    private AttentionStates seen(Variable[] states) {
      AttentionStates seen = new AttentionStates(Set.of(0), AttentionStates.Stage.ROPE);
      seen.see(0, Place.Q_ROPE, states[0]);
      seen.see(0, Place.K_ROPE, states[1]);
      seen.see(0, Place.V_PROJECTION, states[2]);
      return seen;
    }

    private Tensor tensor(float[][] values, int role, int headDim) {
      return Tensor.of(values[role], batch, tokens, heads(role), headDim);
    }

    /** The loss, and the gradients of the student's Q, K and V. */
    float[][] lossAndGradients(RelationLoss loss, float[][] teacher, float[][] student) {
      try (Backend backend = open(); Tape tape = Tape.recording(backend)) {
        Variable[] ofTeacher = new Variable[3];
        Variable[] ofStudent = new Variable[3];
        for (int role = 0; role < 3; role++) {
          ofTeacher[role] = tape.constant(tensor(teacher, role, teacherHeadDim));
          ofStudent[role] = tape.input(tensor(student, role, studentHeadDim));
        }
        Variable result = loss.loss(tape, seen(ofTeacher), seen(ofStudent), lengths());
        float[] value = backend.download(result.value());
        tape.backward(result);
        return new float[][] {value, backend.download(ofStudent[0].gradient()), backend.download(ofStudent[1].gradient()),
            backend.download(ofStudent[2].gradient())};
      }
    }
  }

  @Provide
  Arbitrary<States> states() {
    return Combinators.combine(Arbitraries.of("reference", "vector"), Arbitraries.integers().between(1, 2),
        Arbitraries.integers().between(1, 24), Arbitraries.integers().between(1, 12), Arbitraries.integers().between(1, 12),
        Arbitraries.of(RelationMode.class), Arbitraries.of(1f, 0.5f, 3f), Arbitraries.longs()).as(States::new);
  }

  @Property(tries = 40)
  void aStudentLikeItsTeacherHasNoLossAndNoGradient(@ForAll("states") States any, @ForAll boolean repeat,
      @ForAll boolean keepPadding, @ForAll RelationLoss.Normalization normalization) {
    States states = new States(any.backendName, any.batch, any.tokens, any.teacherHeadDim, any.teacherHeadDim, any.mode,
        any.temperature, any.seed);
    float[][] teacher = states.values("teacher", states.teacherHeadDim);
    float[][] results = states.lossAndGradients(states.loss(repeat, keepPadding, normalization), teacher, teacher);
    for (float[] result : results) {
      for (float value : result) {
        assertThat(Math.abs(value)).isZero();
      }
    }
  }

  /** Both losses lie within {@link #bound} of the same number, which is not negative. */
  @Property(tries = 50)
  void theOrderOfTheTokensDoesNotMatterWhenBothSidesChangeIt(@ForAll("states") States states) {
    RelationLoss loss = states.loss(false, false, RelationLoss.Normalization.PLAIN);
    float[][] teacher = states.values("teacher", states.teacherHeadDim);
    float[][] student = states.values("student", states.studentHeadDim);
    double inOrder = states.lossAndGradients(loss, teacher, student)[0][0];
    double permuted = states.lossAndGradients(loss, states.permuted(teacher), states.permuted(student))[0][0];
    double bound = bound(states, teacher, student, inOrder);
    assertThat(Math.abs(permuted - inOrder)).isLessThanOrEqualTo(2 * bound);
    assertThat(inOrder).isGreaterThanOrEqualTo(-bound);
  }

  /**
   * A student whose tokens are all alike relates them evenly; tokens of the teacher that are v and -v in turn have scores a and
   * -a with {@code a = c |f(v)|^2}. Among m tokens, of which s are like the query, {@code KL = s p ln(m p) + (m - s) q ln(m q)}
   * with
   * {@code p = e^a / Z, q = e^-a / Z, Z = s e^a + (m - s) e^-a}.
   */
  @Property(tries = 40)
  void oppositeTokensAgainstEqualOnesHaveTheDivergenceOfTwoScores(@ForAll("states") States states) {
    float[][] teacher = states.values("teacher", states.teacherHeadDim);
    float[][] student = states.values("student", states.studentHeadDim);
    double expected = 0;
    for (int role = 0; role < 3; role++) {
      copyFirstToken(states, teacher[role], -1);
      copyFirstToken(states, student[role], 1);
      int width = States.heads(role) * states.teacherHeadDim / states.splitHeads();
      for (int head = 0; head < states.splitHeads(); head++) {
        float[] vector = Arrays.copyOfRange(teacher[role], head * width, (head + 1) * width);
        expected += divergence(states, scores(states, vector, width).largest) / states.splitHeads();
      }
    }
    double loss = states.lossAndGradients(states.loss(false, false, RelationLoss.Normalization.PLAIN), teacher, student)[0][0];
    assertThat(Math.abs(loss - expected)).isLessThanOrEqualTo(bound(states, teacher, student, loss));
  }

  /** Gives every token the first one's states, those at odd places times {@code odd}. */
  private static void copyFirstToken(States states, float[] values, float odd) {
    int width = values.length / (states.batch * states.tokens);
    for (int i = width; i < values.length; i++) {
      values[i] = values[i % width] * (i / width % states.tokens % 2 == 0 ? 1 : odd);
    }
  }

  /** Mean over all queries of the divergence of scores a and -a from equal ones. */
  private static double divergence(States states, double a) {
    double sum = 0;
    int queries = 0;
    for (int m : states.lengths()) {
      for (int query = 0; query < m; query++) {
        int s = query % 2 == 0 ? (m + 1) / 2 : m / 2;
        double z = s * Math.exp(a) + (m - s) * Math.exp(-a);
        double p = Math.exp(a) / z;
        double q = Math.exp(-a) / z;
        sum += s * p * Math.log(m * p) + (m - s) * q * Math.log(m * q);
      }
      queries += m;
    }
    return sum / queries;
  }

  /** For each role what a row may err, since the mean errs by no more, and the roundings of the mean and of adding the roles. */
  private static double bound(States states, float[][] teacher, float[][] student, double loss) {
    int queries = Arrays.stream(states.lengths()).sum() * states.splitHeads();
    double bound = (queries + 6) * U * Math.abs(loss);
    for (int role = 0; role < 3; role++) {
      Scores ofTeacher = scores(states, teacher[role], States.heads(role) * states.teacherHeadDim / states.splitHeads());
      Scores ofStudent = scores(states, student[role], States.heads(role) * states.studentHeadDim / states.splitHeads());
      double largestLogarithm = 2 * Math.max(ofTeacher.largest, ofStudent.largest) + Math.log(states.tokens);
      double difference = ofTeacher.relative + ofStudent.relative + 16 * U * largestLogarithm;
      bound += difference + (ofTeacher.relative + (states.tokens + 4) * U) * largestLogarithm;
    }
    return bound;
  }

  /**
   * Bounds of the scores of a side.
   *
   * @param largest magnitude of a score, by Cauchy and Schwarz
   * @param relative error of a relation: twice that of a score (it stands above and below the fraction), n additions, exp and
   *     division; doubled to cover their products
   */
  private record Scores(double largest, double relative) {}

  private static Scores scores(States states, float[] values, int width) {
    double factor = states.mode.scoreFactor(width, states.temperature);
    double largest = factor;
    double ofVectors = (width / 2.0 + 6) * U;
    if (!states.mode.normalized()) {
      largest = 0;
      ofVectors = 0;
      for (int i = 0; i < values.length; i += width) {
        double square = 0;
        for (int d = 0; d < width; d++) {
          square += (double) values[i + d] * values[i + d];
        }
        largest = Math.max(largest, factor * square);
      }
    }
    double ofScore = largest * ((width + 4) * U + 2 * ofVectors);
    return new Scores(largest, 2 * (2 * ofScore + (states.tokens + 24 + 4 * largest) * U));
  }
}
