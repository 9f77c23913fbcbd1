package io.github.tern4j.tensor;

import java.util.function.IntConsumer;

/**
 * A place where kernels run: a table from kernel contract to implementation, and the memory those kernels work on.
 *
 * <p>Calls come from one thread. Kernels may run asynchronously on a device; {@link #download} waits for what it reads.
 */
public interface Backend extends AutoCloseable {

  /** Short name: {@code reference}, {@code vector}, {@code opencl:0}. */
  String name();

  /**
   * The implementation of a kernel contract.
   *
   * @throws MissingKernelException when this backend has none; nothing falls back to a slower place in silence
   */
  <K extends Kernel> K kernel(Class<K> contract);

  /** A contiguous F32 tensor with unspecified content in this backend's memory, from its pool. */
  Tensor allocate(Shape shape);

  /** A contiguous I8 tensor with unspecified content, from the pool: what codes of activations are written into. */
  Tensor allocateCodes(Shape shape);

  /** Gives the memory of an allocated tensor back to the pool; no view of it may be read afterwards. */
  void release(Tensor tensor);

  /**
   * The elements of a host tensor in this backend's memory, with their dtype. F32 on the heap is copied; native memory may be
   * shared, since a mapped file can be larger than any copy, and kernels that write codes write into what this returns.
   */
  Tensor upload(Tensor host);

  /**
   * Like {@link #upload} for a host tensor that its owner gives away: it may become the backend's own memory, so that a large
   * model is never there twice. Contiguous, and not read or written through {@code host} afterwards.
   */
  default Tensor adopt(Tensor host) {
    return upload(host);
  }

  /**
   * Copies the elements of an F32 host tensor into {@code target}, a tensor of this backend of the same shape; both are contiguous.
   * The host's memory may be changed afterwards.
   */
  void write(Tensor host, Tensor target);

  /** The elements of a tensor of this backend as F32 in row-major order, in a new array. */
  float[] download(Tensor tensor);

  /**
   * A contiguous tensor of this backend for reading on the host, for example to write it to a file: the same memory where that
   * is the host's, otherwise a copy.
   */
  default Tensor onHost(Tensor tensor) {
    return Tensor.of(download(tensor), tensor.shape().dims());
  }

  /**
   * Work of the host that is cut into chunks, 0 to {@code chunks - 1}, which may run at the same time: on the threads of a CPU
   * backend, elsewhere one after the other.
   */
  default void forEachChunk(int chunks, IntConsumer body) {
    for (int chunk = 0; chunk < chunks; chunk++) {
      body.accept(chunk);
    }
  }

  @Override
  void close();
}
