package io.github.tern4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ShapeTest {

  @Test
  void sizeIsTheProductOfAllDimensions() {
    assertThat(Shape.of(2, 3, 4).size()).isEqualTo(24);
    assertThat(Shape.of().size()).isEqualTo(1);
    assertThat(Shape.of(2, 0, 4).size()).isZero();
    assertThat(Shape.of(1 << 20, 1 << 20).size()).isEqualTo(1L << 40);
  }

  @Test
  void rowsAreAllDimensionsButTheLastEvenWhenThatIsEmpty() {
    assertThat(Shape.of(2, 3, 4).rows()).isEqualTo(6);
    assertThat(Shape.of(7).rows()).isEqualTo(1);
    assertThat(Shape.of().rows()).isEqualTo(1);
    assertThat(Shape.of(5, 0).rows()).isEqualTo(5);
    assertThat(Shape.of(0, 5).rows()).isZero();
  }

  @Test
  void negativeAxesCountFromTheEnd() {
    Shape shape = Shape.of(2, 3, 4);
    assertThat(shape.dim(-1)).isEqualTo(4);
    assertThat(shape.dim(-3)).isEqualTo(2);
    assertThat(shape.axis(-2)).isEqualTo(1);
    assertThatIllegalArgumentException().isThrownBy(() -> shape.dim(3)).withMessage("shape: axis 3 of [2, 3, 4]; expected -3..2");
    assertThatIllegalArgumentException().isThrownBy(() -> shape.dim(-4))
        .withMessage("shape: axis -4 of [2, 3, 4]; expected -3..2");
  }

  @Test
  void dimensionsAreReplacedAndDropped() {
    assertThat(Shape.of(2, 3, 4).with(-2, 9)).isEqualTo(Shape.of(2, 9, 4));
    assertThat(Shape.of(2, 3, 4).withoutLast()).isEqualTo(Shape.of(2, 3));
  }

  @Test
  void callersCannotChangeAShape() {
    int[] dims = {2, 3};
    Shape shape = Shape.of(dims);
    dims[0] = 9;
    shape.dims()[1] = 9;
    assertThat(shape).isEqualTo(Shape.of(2, 3)).hasSameHashCodeAs(Shape.of(2, 3)).hasToString("[2, 3]")
        .isNotEqualTo(Shape.of(3, 2));
  }

  @Test
  void broadcastAlignsAtTheEndAndStretchesOnes() {
    assertThat(Shape.broadcast(Shape.of(2, 1, 4), Shape.of(3, 1))).isEqualTo(Shape.of(2, 3, 4));
    assertThat(Shape.broadcast(Shape.of(), Shape.of(5))).isEqualTo(Shape.of(5));
    assertThat(Shape.broadcast(Shape.of(1, 3), Shape.of(0, 3))).isEqualTo(Shape.of(0, 3));
    assertThatIllegalArgumentException().isThrownBy(() -> Shape.broadcast(Shape.of(2, 3), Shape.of(2, 4)))
        .withMessage("broadcast: shapes do not match: a [2, 3], b [2, 4]; expected equal dimensions or 1, aligned at the end");
  }

  @Test
  void impossibleSizesAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Shape.of(2, -1))
        .withMessage("shape: negative dimension in [2, -1]; expected 0 or more");
    assertThatThrownBy(() -> Shape.of(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE))
        .isInstanceOf(ArithmeticException.class);
    assertThatIllegalArgumentException().isThrownBy(() -> Shape.of(1 << 16, 1 << 16).intSize())
        .withMessageStartingWith("shape: [65536, 65536] has 4294967296 elements; ");
  }
}
