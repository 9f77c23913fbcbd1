package io.github.tern4j.opencl;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.Summation;
import io.github.tern4j.tensor.kernel.WeightQuantizerKernel;
import org.jocl.Pointer;

/**
 * {@link WeightQuantizerKernel} by {@code quantizer.cl}. Codes are exact on every device; scales are where it has doubles, and
 * otherwise sums of float pairs, which are nearly as long as a double and nearly always round to the same float.
 */
final class OpenClWeightQuantizer implements WeightQuantizerKernel {

  /** A double or a pair of floats, counted in floats. */
  private static final int FLOATS_OF_A_SUM = 2;

  private final OpenClProgram program;
  private final OpenClMemory memory;
  private final OpenClQueue queue;

  OpenClWeightQuantizer(OpenClProgram program, OpenClMemory memory, OpenClQueue queue) {
    this.program = program;
    this.memory = memory;
    this.queue = queue;
  }

  @Override
  public void scales(Tensor weight, int groupSize, Tensor scales) {
    WeightQuantizerKernel.checkScales(weight, groupSize, scales);
    if (groupSize > 0) {
      program.launch("scalesOfGroups").tensor(weight).ints(weight.dim(1)).ints(groupSize).tensor(scales).longs(scales.size())
          .overRows(scales.size());
      return;
    }
    long chunks = Math.ceilDiv(weight.size(), (long) Summation.ELEMENTS_PER_CHUNK);
    OpenClStorage sums = memory.allocate(FLOATS_OF_A_SUM * chunks);
    program.launch("sumChunks").tensor(weight).longs(weight.size()).buffer(sums).longs(chunks).overRows(chunks);
    program.launch("scaleOfTensor").buffer(sums).longs(chunks).longs(weight.size()).tensor(scales).overRows(1);
    memory.release(sums);
  }

  @Override
  public void fakeQuantize(Tensor weight, int groupSize, Tensor scales, EpsilonRule rule, float eps, Tensor out) {
    WeightQuantizerKernel.checkFakeQuantize(weight, groupSize, scales, out);
    program.launch("fakeQuantize").tensor(weight).ints(weight.dim(1)).ints(groupSize).tensor(scales).number(eps)
        .flag(rule == EpsilonRule.ADDED).tensor(out).longs(out.size()).overElements(out.size());
  }

  @Override
  public void codes(Tensor weight, int groupSize, Tensor scales, EpsilonRule rule, float eps, byte[] codes) {
    WeightQuantizerKernel.checkCodes(weight, groupSize, scales, codes);
    if (codes.length == 0) {
      return;
    }
    OpenClStorage buffer = memory.allocate(Math.ceilDiv(codes.length, Float.BYTES));
    program.launch("codes").tensor(weight).ints(weight.dim(1)).ints(groupSize).tensor(scales).number(eps)
        .flag(rule == EpsilonRule.ADDED).buffer(buffer).longs(codes.length).overElements(codes.length);
    queue.read(buffer, 0, codes.length, Pointer.to(codes));
    memory.release(buffer);
  }
}
