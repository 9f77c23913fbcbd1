package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.Positions;
import io.github.tern4j.tensor.reference.ReferenceKernels;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A suite that the implementation of one kernel contract passes on every backend. A subclass names the backend; tensors reach it
 * through {@link Backend#upload} and come back through {@link Backend#download} only.
 *
 * @param <K> the contract
 */
public abstract class KernelContract<K extends Kernel> {

  /** Unit roundoff of float, the u of error bounds. */
  protected static final double U = 0x1p-24;

  /** Smallest normal float: what a result that is flushed to zero may lose. */
  protected static final double TINY = Float.MIN_NORMAL;

  /** Tensors of this test; every test starts with the same seed. */
  protected final TestTensors tensors = new TestTensors(1_58);

  private final Class<K> contract;

  /** The suite of a contract. */
  protected KernelContract(Class<K> contract) {
    this.contract = contract;
  }

  /** The backend under test; the subclass closes it. */
  protected abstract Backend backend();

  /** Whether results equal those of the reference to the bit; a device may promise the error bounds alone. */
  protected boolean bitwise() {
    return true;
  }

  /** The tensors of operands at the place where a call runs. */
  @FunctionalInterface
  protected interface Place {
    /** The view of an operand; the same one for every mention of it. */
    Tensor of(Operand operand);
  }

  /** One call of the kernel under test. */
  @FunctionalInterface
  protected interface Call<K> {
    /** Runs on {@code kernel}, taking operands from {@code at}. */
    void run(K kernel, Place at);
  }

  /**
   * Runs a call on the reference and on the backend. Afterwards every buffer, the elements around the operands included, holds
   * the same bits on both sides; where that is not promised ({@link #bitwise}), what surrounds the operands is at least kept.
   */
  protected final Outcome run(Call<K> call) {
    // Keyed by buffer, so that operands which are parts of one buffer share it.
    Map<Tensor, Tensor> expected = new LinkedHashMap<>();
    Map<Tensor, Tensor> marks = new LinkedHashMap<>();
    call.run(reference(), operand -> {
      Tensor marked = marks.computeIfAbsent(operand.buffer(), buffer -> Tensor.zeros(buffer.shape()));
      for (int position : Positions.of(operand.view().apply(marked), 0)) {
        marked.array()[position] = 1;
      }
      return operand.view().apply(expected.computeIfAbsent(operand.buffer(), buffer -> operand.copy()));
    });
    Map<Tensor, Tensor> actual = new LinkedHashMap<>();
    call.run(kernel(), operand ->
        operand.view().apply(actual.computeIfAbsent(operand.buffer(), buffer -> backend().upload(operand.copy()))));
    for (Tensor buffer : expected.keySet()) {
      float[] got = backend().download(actual.get(buffer));
      if (bitwise()) {
        assertSameBits(got, expected.get(buffer).toFloats(), "buffer " + buffer);
      } else {
        assertSurroundingsKept(buffer, marks.get(buffer), got);
      }
    }
    return new Outcome(backend(), actual);
  }

  /** The kernel under test. */
  protected final K kernel() {
    return backend().kernel(contract);
  }

  /** The scalar kernel. */
  protected final K reference() {
    return ReferenceKernels.table().get(contract);
  }

  /** A host tensor on the backend. */
  protected final Tensor upload(float[] values, int... dims) {
    return backend().upload(Tensor.of(values, dims));
  }

  private static void assertSurroundingsKept(Tensor buffer, Tensor marks, float[] got) {
    float[] before = buffer.toFloats();
    for (int i = 0; i < got.length; i++) {
      if (marks.array()[i] == 0) {
        assertThat(got[i]).as("element %d of buffer %s, outside the operands", i, buffer).isEqualTo(before[i]);
      }
    }
  }

  /** Equality of every bit, all NaNs being one. */
  protected static void assertSameBits(float[] got, float[] wanted, String what) {
    assertThat(got.length).as(what).isEqualTo(wanted.length);
    for (int i = 0; i < got.length; i++) {
      if (Float.floatToIntBits(got[i]) != Float.floatToIntBits(wanted[i])) {
        assertThat(Float.toHexString(got[i])).as("%s, element %d", what, i).isEqualTo(Float.toHexString(wanted[i]));
      }
    }
  }

  /** What the operands hold after a call on the backend. */
  protected static final class Outcome {

    private final Backend backend;
    private final Map<Tensor, Tensor> buffers;

    private Outcome(Backend backend, Map<Tensor, Tensor> buffers) {
      this.backend = backend;
      this.buffers = buffers;
    }

    /** The elements of an operand in row-major order. */
    float[] of(Operand operand) {
      float[] buffer = backend.download(buffers.get(operand.buffer()));
      return operand.view().apply(Tensor.of(buffer, operand.buffer().shape().dims())).toFloats();
    }

    /** Every element deviates from the exact value by its bound at most. */
    void within(Operand operand, double[] exact, double[] bound) {
      float[] got = of(operand);
      assertThat(got.length).isEqualTo(exact.length);
      for (int i = 0; i < got.length; i++) {
        boolean same = Double.isNaN(exact[i]) ? Float.isNaN(got[i]) : got[i] == (float) exact[i];
        if (!same && !(Math.abs(got[i] - exact[i]) <= bound[i])) {
          assertThat((double) got[i]).as("element %d of %s, bound %s", i, operand.shape(), bound[i]).isEqualTo(exact[i]);
        }
      }
    }

    /** Every element is this value, to the bit. */
    void equalTo(Operand operand, float... expected) {
      assertSameBits(of(operand), expected, "operand " + operand.shape());
    }

    /** Every element is NaN. */
    void allNaN(Operand operand) {
      float[] expected = new float[operand.size()];
      Arrays.fill(expected, Float.NaN);
      equalTo(operand, expected);
    }
  }

  /** A new array with the same value everywhere. */
  protected static double[] everywhere(int length, double value) {
    double[] values = new double[length];
    Arrays.fill(values, value);
    return values;
  }
}
