package io.github.tern4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.kernel.Positions;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Any chain of views reads the elements that doing the same to index tuples names. */
class TensorViewProperties {

  @Property(tries = 300)
  void chainsOfViewsReadTheNamedElements(@ForAll @Size(max = 4) List<@IntRange(min = 1, max = 5) Integer> sizes,
      @ForAll @Size(max = 5) List<@IntRange(max = 1_000_000) Integer> choices) {
    int[] dims = sizes.stream().mapToInt(Integer::intValue).toArray();
    Tensor view = Tensor.of(counting(Shape.of(dims).intSize()), dims);
    for (int choice : choices) {
      int rank = view.shape().rank();
      if (rank == 0) {
        break;
      }
      int axis = choice / 3 % rank;
      int other = choice / 20 % rank;
      int index = choice / 100 % view.dim(axis);
      Tensor before = view;
      switch (choice % 3) {
        case 0 -> {
          view = before.transpose(axis, other);
          assertReads(view, before, at -> swapped(at, axis, other));
        }
        case 1 -> {
          view = before.slice(axis, index, before.dim(axis));
          assertReads(view, before, at -> shifted(at, axis, index));
        }
        default -> {
          view = before.select(axis, index);
          assertReads(view, before, at -> inserted(at, axis, index));
        }
      }
    }
    assertPositionsNameTheSameElements(view);
  }

  private interface Source {
    int[] of(int[] index);
  }

  private static void assertReads(Tensor view, Tensor before, Source source) {
    int[] index = new int[view.shape().rank()];
    for (float value : view.toFloats()) {
      assertThat(value).isEqualTo(before.get(source.of(index))).isEqualTo(view.get(index));
      for (int axis = index.length - 1; axis >= 0 && ++index[axis] == view.dim(axis); axis--) {
        index[axis] = 0;
      }
    }
  }

  private static void assertPositionsNameTheSameElements(Tensor view) {
    int[] positions = Positions.of(view, 0);
    float[] values = view.toFloats();
    assertThat(positions).hasSameSizeAs(values);
    for (int i = 0; i < values.length; i++) {
      assertThat(view.array()[positions[i]]).isEqualTo(values[i]);
    }
  }

  private static int[] swapped(int[] index, int a, int b) {
    int[] swapped = index.clone();
    swapped[a] = index[b];
    swapped[b] = index[a];
    return swapped;
  }

  private static int[] shifted(int[] index, int axis, int by) {
    int[] shifted = index.clone();
    shifted[axis] += by;
    return shifted;
  }

  private static int[] inserted(int[] index, int axis, int value) {
    int[] longer = Arrays.copyOf(index, index.length + 1);
    System.arraycopy(index, axis, longer, axis + 1, index.length - axis);
    longer[axis] = value;
    return longer;
  }

  private static float[] counting(int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = i;
    }
    return values;
  }
}
