package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestTensors.Layout;
import io.github.tern4j.tensor.kernel.EmbeddingKernel;
import org.junit.jupiter.api.Test;

/** What {@link EmbeddingKernel} promises. */
public abstract class EmbeddingContract extends KernelContract<EmbeddingKernel> {

  /** The suite. */
  protected EmbeddingContract() {
    super(EmbeddingKernel.class);
  }

  @EveryWidth
  void rowsAreGatheredById(int n) {
    Operand table = tensors.normal(Layout.OFFSET, 11, n);
    Operand out = tensors.normal(Layout.OFFSET, 20, n);
    int[] ids = tensors.indices(20, 11);
    float[] rows = table.values();
    float[] expected = new float[20 * n];
    for (int i = 0; i < 20; i++) {
      System.arraycopy(rows, ids[i] * n, expected, i * n, n);
    }
    run((kernel, at) -> kernel.gather(at.of(table), ids, at.of(out))).equalTo(out, expected);
  }

  @EveryWidth
  void rowsOfABf16TableAreWidened(int n) {
    Operand table = tensors.bf16(11, n);
    Operand out = tensors.normal(Layout.OFFSET, 20, n);
    int[] ids = tensors.indices(20, 11);
    float[] rows = table.values();
    float[] expected = new float[20 * n];
    for (int i = 0; i < 20; i++) {
      System.arraycopy(rows, ids[i] * n, expected, i * n, n);
    }
    run((kernel, at) -> kernel.gather(at.of(table), ids, at.of(out))).equalTo(out, expected);
  }

  @EveryWidth
  void gradientsOfRepeatedIdsAddUpInOrder(int n) {
    Operand gradOut = tensors.normal(Layout.OFFSET, 50, n);
    Operand gradTable = tensors.normal(Layout.OFFSET, 7, n);
    int[] ids = tensors.indices(50, 7);
    float[] grads = gradOut.values();
    float[] expected = gradTable.values();
    for (int i = 0; i < grads.length; i++) {
      expected[ids[i / n] * n + i % n] += grads[i];
    }
    run((kernel, at) -> kernel.scatterAdd(at.of(gradOut), ids, at.of(gradTable))).equalTo(gradTable, expected);
  }

  @Test
  void noIdsGiveNoRowsAndLeaveTheTable() {
    Operand table = tensors.normal(3, 5);
    Operand none = tensors.normal(0, 5);
    run((kernel, at) -> kernel.gather(at.of(table), new int[0], at.of(none))).equalTo(none);
    run((kernel, at) -> kernel.scatterAdd(at.of(none), new int[0], at.of(table))).equalTo(table, table.values());
  }

  @Test
  void idsOutsideTheTableAreRefused() {
    Tensor table = upload(new float[6], 3, 2);
    Tensor rows = upload(new float[4], 2, 2);
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().gather(table, new int[] {2, 3}, rows))
        .withMessage("gather: id 3 at position 1 is outside the table; table F32 [3, 2], out F32 [2, 2]; expected 0..2");
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().scatterAdd(rows, new int[] {-1, 0}, table))
        .withMessage("scatterAdd: id -1 at position 0 is outside the table; gradOut F32 [2, 2], gradTable F32 [3, 2]; "
            + "expected 0..2");
  }

  @Test
  void misfitsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().gather(upload(new float[6], 3, 2), new int[] {0}, upload(new float[4], 2, 2)))
        .withMessage("gather: shape of out does not fit; table F32 [3, 2], out F32 [2, 2]; expected out [1, 2] = [ids, n]");
  }
}
