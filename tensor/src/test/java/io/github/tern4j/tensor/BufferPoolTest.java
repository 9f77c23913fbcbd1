package io.github.tern4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
  void theShortestArrayOfAtMostTwiceTheLengthIsTaken() {
    BufferPool pool = new BufferPool();
    float[] eight = pool.take(8);
    float[] twelve = pool.take(12);
    pool.release(twelve);
    pool.release(eight);
    assertThat(pool.take(7)).isSameAs(eight);
    assertThat(pool.take(7)).isSameAs(twelve);
    pool.release(twelve);
    assertThat(pool.take(5)).hasSize(5);
  }

  @Test
  void batchesOfManyLengthsShareTheirBuffers() {
    BufferPool pool = new BufferPool();
    for (int step = 0; step < 1_000; step++) {
      int length = 1_000 * (1 + step * 37 % 64);
      float[] a = pool.take(length);
      float[] b = pool.take(length);
      pool.release(a);
      pool.release(b);
    }
    // exact lengths alone would make two arrays of each of 1,000, 2,000, .., 64,000 elements
    long exactLengths = 2 * 4 * 1_000L * (64 * 65 / 2);
    assertThat(pool.allocatedBytes()).isLessThan(exactLengths / 4);
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
  void codesAreReusedLikeArrays() {
    BufferPool pool = new BufferPool();
    MemorySegment six = pool.takeCodes(6);
    six.set(ValueLayout.JAVA_BYTE, 5, (byte) 7);
    pool.releaseCodes(six);
    assertThat(pool.takeCodes(2).byteSize()).isEqualTo(2);
    assertThat(pool.takeCodes(3)).isSameAs(six);
    assertThat(six.get(ValueLayout.JAVA_BYTE, 5)).isEqualTo((byte) 7);
    assertThat(pool.allocatedBytes()).isEqualTo(8);

    BufferPool poisoned = new BufferPool(true);
    poisoned.releaseCodes(six);
    assertThat(six.get(ValueLayout.JAVA_BYTE, 5)).isEqualTo((byte) -128);
  }

  @Test
  void emptyArraysAreArraysToo() {
    BufferPool pool = new BufferPool();
    pool.release(pool.take(0));
    assertThat(pool.take(0)).isEmpty();
    pool.releaseCodes(pool.takeCodes(0));
    assertThat(pool.takeCodes(0).byteSize()).isZero();
  }
}
