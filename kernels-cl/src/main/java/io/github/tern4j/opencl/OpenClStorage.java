package io.github.tern4j.opencl;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.DeviceStorage;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicLong;
import org.jocl.CL;
import org.jocl.cl_mem;

/**
 * A buffer of a device. It is freed by {@link #free} or after the last tensor over it is gone; OpenCL itself keeps it until the
 * kernels in the queue that use it are done.
 */
final class OpenClStorage implements DeviceStorage {

  private static final Cleaner CLEANER = Cleaner.create();

  private final OpenClQueue queue;
  private final cl_mem memory;
  private final DType dtype;
  private final long elements;
  private final boolean pooled;
  private final Cleaner.Cleanable cleanable;

  /**
   * The owner of {@code memory}.
   *
   * @param pooled whether the pool takes it back
   * @param bytesInUse the count from which its bytes are taken when it is freed
   */
  OpenClStorage(OpenClQueue queue, cl_mem memory, DType dtype, long elements, boolean pooled, AtomicLong bytesInUse) {
    this.queue = queue;
    this.memory = memory;
    this.dtype = dtype;
    this.elements = elements;
    this.pooled = pooled;
    long bytes = dtype.bytes(elements);
    bytesInUse.addAndGet(bytes);
    this.cleanable = CLEANER.register(this, () -> {
      CL.clReleaseMemObject(memory);
      bytesInUse.addAndGet(-bytes);
    });
  }

  @Override
  public DType dtype() {
    return dtype;
  }

  @Override
  public long elements() {
    return elements;
  }

  @Override
  public String backend() {
    return queue.backend();
  }

  /** Whether kernels of this queue can use it. */
  boolean belongsTo(OpenClQueue other) {
    return queue == other;
  }

  cl_mem memory() {
    return memory;
  }

  boolean pooled() {
    return pooled;
  }

  /** Frees the buffer once the kernels in the queue are done with it. */
  void free() {
    cleanable.clean();
  }
}
