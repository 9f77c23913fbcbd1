package io.github.tern4j.opencl;

import static io.github.tern4j.opencl.OpenClStatus.check;

import io.github.tern4j.tensor.Tensor;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_kernel;

/** Arguments of one launch, given in the order of the kernel's parameters; {@link #overRows} or {@link #overElements} ends it. */
final class OpenClLaunch {

  /** Work-items of a group where each does little. */
  private static final long ELEMENTS_PER_GROUP = 64;

  /** Work-items of a group where each owns a row or a tile: a warp of a graphics card, or one on the core of a CPU. */
  private static final long ROWS_PER_GROUP = 32;

  private final OpenClQueue queue;
  private final String name;
  private final cl_kernel kernel;
  private int arguments;

  OpenClLaunch(OpenClQueue queue, String name, cl_kernel kernel) {
    this.queue = queue;
    this.name = name;
    this.kernel = kernel;
  }

  /** A tensor: its buffer, and the offset of its first element as a long. */
  OpenClLaunch tensor(Tensor tensor) {
    return buffer(OpenClBackend.storage(tensor, queue, name)).longs(tensor.elementOffset());
  }

  /** A whole buffer. */
  OpenClLaunch buffer(OpenClStorage storage) {
    return argument(Sizeof.cl_mem, Pointer.to(storage.memory()));
  }

  /** An int, or a vector of them. */
  OpenClLaunch ints(int... values) {
    return argument((long) Integer.BYTES * values.length, Pointer.to(values));
  }

  /** A long, or a vector of them. */
  OpenClLaunch longs(long... values) {
    return argument((long) Long.BYTES * values.length, Pointer.to(values));
  }

  /** A float. */
  OpenClLaunch number(float value) {
    return argument(Float.BYTES, Pointer.to(new float[] {value}));
  }

  /** An int that is 1 for true. */
  OpenClLaunch flag(boolean value) {
    return ints(value ? 1 : 0);
  }

  /** Enqueues at least {@code count} work-items that each do the work of a row or tile. */
  void overRows(long count) {
    enqueue(count, queue.device().cpu() ? 1 : ROWS_PER_GROUP);
  }

  /** Enqueues at least {@code count} work-items that each do the work of an element. */
  void overElements(long count) {
    enqueue(count, ELEMENTS_PER_GROUP);
  }

  private void enqueue(long count, long groupSize) {
    if (count > 0) {
      queue.enqueue(name, kernel, count, groupSize);
    }
  }

  private OpenClLaunch argument(long bytes, Pointer value) {
    check(CL.clSetKernelArg(kernel, arguments, bytes, value), queue.backend() + ": argument " + arguments + " of kernel " + name);
    arguments++;
    return this;
  }
}
