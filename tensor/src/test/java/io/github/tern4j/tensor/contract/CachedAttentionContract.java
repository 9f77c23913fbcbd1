package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.cache.KeyValueBlocks;
import io.github.tern4j.tensor.cache.KeyValueFormat;
import io.github.tern4j.tensor.kernel.AttentionKernel;
import io.github.tern4j.tensor.kernel.CachedAttentionKernel;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@link CachedAttentionKernel} promises. Keys and values lie in the memory of the host on every backend that has it. */
public abstract class CachedAttentionContract extends KernelContract<CachedAttentionKernel> {

  /** The suite. */
  protected CachedAttentionContract() {
    super(CachedAttentionKernel.class);
  }

  @ParameterizedTest(name = "{0} positions, {1} heads over {2} of {3}")
  @CsvSource({"1,1,1,1", "2,4,2,12", "63,2,1,16", "64,4,2,33", "65,3,3,64", "129,2,2,65", "257,4,1,128", "300,2,1,300",
      "700,16,8,128"})
  void attentionHasTheBitsOfThatOverWidenedKeys(int positions, int heads, int kvHeads, int headDim) {
    for (KeyValueFormat format : KeyValueFormat.values()) {
      KeyValueBlocks memory = new KeyValueBlocks(format, kvHeads, headDim);
      memory.reserve(positions);
      fill(memory, 0, positions);
      assertSameAsAttention(memory, 0, positions, heads);
      assertSameAsAttention(memory, positions / 3, positions, heads);
    }
  }

  @Test
  void aRingSeesThePositionsThatAreLeft() {
    for (KeyValueFormat format : KeyValueFormat.values()) {
      for (int window : new int[] {1, 64, 70, 128}) {
        KeyValueBlocks memory = new KeyValueBlocks(format, 2, 24);
        memory.reserve(window);
        fill(memory, 0, 333);
        assertSameAsAttention(memory, 333 - window, 333, 4);
      }
    }
  }

  @Test
  void keysThatAreNotSeenDoNotMatter() {
    KeyValueBlocks memory = new KeyValueBlocks(KeyValueFormat.F32, 1, 20);
    memory.reserve(128);
    fill(memory, 0, 128);
    float[] poison = new float[20];
    Arrays.fill(poison, Float.NaN);
    memory.put(9, poison, 0, poison, 0);
    memory.put(100, poison, 0, poison, 0);
    assertSameAsAttention(memory, 10, 100, 2);
  }

  private void fill(KeyValueBlocks memory, int from, int to) {
    int width = memory.heads() * memory.headDim();
    float[] k = tensors.normal(to - from, width).values();
    float[] v = tensors.normal(to - from, width).values();
    for (int position = from; position < to; position++) {
      memory.put(position, k, (position - from) * width, v, (position - from) * width);
    }
  }

  private void assertSameAsAttention(KeyValueBlocks memory, int from, int to, int heads) {
    int headDim = memory.headDim();
    Tensor keys = Tensor.zeros(1, to - from, memory.heads(), headDim);
    Tensor values = Tensor.zeros(keys.shape());
    memory.widen(from, to, keys.array(), 0, values.array(), 0);
    float[] query = tensors.normal(1, heads * headDim).values();
    Tensor expected = upload(new float[query.length], 1, 1, heads, headDim);
    backend().kernel(AttentionKernel.class).attention(upload(query, 1, 1, heads, headDim), backend().upload(keys),
        backend().upload(values), true, expected, upload(new float[heads], 1, heads, 1));
    Tensor out = upload(new float[query.length], 1, heads * headDim);
    kernel().attention(memory, from, to, upload(query, 1, heads * headDim), out);
    assertSameBits(backend().download(out), backend().download(expected), memory.format() + " " + from + " to " + to);
    assertSameWhenStored(memory, from, to - 1, query, expected);
  }

  /** The last position once more, behind another one in its place; what is stored rounds to itself. */
  private void assertSameWhenStored(KeyValueBlocks memory, int from, int position, float[] query, Tensor expected) {
    int width = memory.heads() * memory.headDim();
    float[] k = new float[width];
    float[] v = new float[width];
    memory.widen(position, position + 1, k, 0, v, 0);
    memory.put(position, new float[width], 0, new float[width], 0);
    Tensor out = upload(new float[query.length], 1, query.length);
    kernel().storeAndAttend(memory, from, position, upload(k, 1, width), upload(v, 1, width), upload(query, 1, query.length), out);
    assertSameBits(backend().download(out), backend().download(expected), memory.format() + " storing " + position);
  }

  @Test
  void misfitsAreRefusedByNameAndShape() {
    KeyValueBlocks memory = new KeyValueBlocks(KeyValueFormat.F32, 2, 4);
    memory.reserve(1);
    Tensor q = upload(new float[16], 1, 16);
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().attention(memory, 0, 65, q, upload(new float[16], 1, 16)))
        .withMessage("cached attention: positions 0 to 65 of a capacity of 64, 2 heads of 4; q F32 [1, 16], out F32 [1, 16]; "
            + "expected positions that are stored, q a multiple of the key-value heads, out like q, both contiguous");
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().attention(memory, 3, 3, q, upload(new float[16], 1, 16)));
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().attention(memory, 0, 1, q, upload(new float[8], 1, 8)));
    Tensor odd = upload(new float[12], 1, 12);
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().attention(memory, 0, 1, odd, upload(new float[12], 1, 12)));
    Tensor out = upload(new float[16], 1, 16);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().storeAndAttend(memory, 0, 0, upload(new float[8], 1, 8), upload(new float[7], 1, 7), q, out))
        .withMessage("cached attention: 2 heads of 4 stored; k F32 [1, 8], v F32 [1, 7]; expected a key and a value for each of "
            + "these heads, both contiguous");
  }
}
