package io.github.tern4j.nn.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PiecewiseCopyTest {

  /** What is copied at a time. */
  private static final int PIECE = 1 << 16;

  @TempDir private Path folder;

  private final Backend backend = Backends.open("reference", 1);

  @AfterEach
  void close() {
    backend.close();
  }

  private SafetensorsFile file(int size, SafetensorsType type) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = i % 251 - 100;
    }
    Path file = folder.resolve(size + "." + type);
    // The wider tensor comes first and the header before both, so that pieces do not begin where pages do.
    new SafetensorsWriter().add("x", Tensor.of(values, size), type).addLongs("whole", new long[] {1}, 1).write(file);
    return SafetensorsFile.open(file);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 17, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5})
  void everyElementArrives(int size) {
    for (SafetensorsType type : new SafetensorsType[] {SafetensorsType.F32, SafetensorsType.BF16, SafetensorsType.F16}) {
      try (SafetensorsFile file = file(size, type)) {
        Tensor target = backend.allocate(Shape.of(1, size));
        new PiecewiseCopy(backend).copy(file, "x", target);
        assertThat(target.toFloats()).isEqualTo(file.floats("x").array());
      }
    }
  }

  @Test
  void nothingOfTheTensorsSizeIsAllocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (SafetensorsFile file = file(40 * PIECE, SafetensorsType.F32)) {
      Tensor target = backend.allocate(Shape.of(40, PIECE));
      PiecewiseCopy copy = new PiecewiseCopy(backend);
      copy.copy(file, "x", target);
      long before = threads.getCurrentThreadAllocatedBytes();
      copy.copy(file, "x", target);
      // Slices and views, a few hundred bytes a piece, against 10 MiB.
      assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(Float.BYTES * (long) PIECE);
    }
  }

  @Test
  void wholeNumbersAreRefused() {
    try (SafetensorsFile file = file(1, SafetensorsType.F32)) {
      assertThatThrownBy(() -> new PiecewiseCopy(backend).copy(file, "whole", Tensor.zeros(1)))
          .isInstanceOf(BadInputException.class)
          .hasMessage(file.file() + ": tensor 'whole' is I64; expected F32, BF16 or F16");
    }
  }
}
