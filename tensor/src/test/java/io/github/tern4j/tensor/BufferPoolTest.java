package io.github.tern4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BufferPoolTest {

  @Test
  void releasedArraysAreTakenAgainByLength() {
    BufferPool pool = new BufferPool();
    float[] first = pool.take(10);
    float[] second = pool.take(10);
    assertThat(first).isNotSameAs(second).hasSize(10);
    pool.release(first);
    assertThat(pool.take(11)).isNotSameAs(first).hasSize(11);
    assertThat(pool.take(10)).isSameAs(first);
    assertThat(pool.take(10)).isNotSameAs(first).isNotSameAs(second);
  }

  @Test
  void reuseAllocatesNothing() {
    BufferPool pool = new BufferPool();
    for (int step = 0; step < 100; step++) {
      float[] a = pool.take(100);
      float[] b = pool.take(7);
      pool.release(a);
      pool.release(b);
    }
    assertThat(pool.allocatedBytes()).isEqualTo(4 * 107);
  }

  @Test
  void contentIsKeptUnlessPoisoned() {
    BufferPool plain = new BufferPool();
    float[] array = plain.take(3);
    array[1] = 5;
    plain.release(array);
    assertThat(plain.take(3)).containsExactly(0, 5, 0);

    BufferPool poisoned = new BufferPool(true);
    float[] fresh = poisoned.take(3);
    assertThat(fresh).containsOnly(Float.NaN);
    fresh[1] = 5;
    poisoned.release(fresh);
    assertThat(fresh).containsOnly(Float.NaN);
  }

  @Test
  void emptyArraysAreArraysToo() {
    BufferPool pool = new BufferPool();
    pool.release(pool.take(0));
    assertThat(pool.take(0)).isEmpty();
  }
}
