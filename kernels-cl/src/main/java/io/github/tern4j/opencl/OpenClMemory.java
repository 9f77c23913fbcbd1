package io.github.tern4j.opencl;

import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.DType;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_mem;

/**
 * Buffers of one device, reused by type and exact size. A released buffer may be given out again at once, although kernels that
 * use it are still in the queue: whatever writes it next stands behind them.
 */
final class OpenClMemory implements AutoCloseable {

  /** Buffers cannot be empty. */
  private static final int SMALLEST_BYTES = 4;

  /** What buffers that can take each other's place have in common. */
  private record Kind(DType dtype, long elements) {}

  private final OpenClQueue queue;
  private final Map<Kind, ArrayDeque<OpenClStorage>> free = new HashMap<>();
  private final AtomicLong bytesInUse = new AtomicLong();

  OpenClMemory(OpenClQueue queue) {
    this.queue = queue;
  }

  /** Unspecified F32 elements from the pool. */
  OpenClStorage allocate(long elements) {
    return allocate(DType.F32, elements);
  }

  /** Unspecified elements from the pool. */
  OpenClStorage allocate(DType dtype, long elements) {
    ArrayDeque<OpenClStorage> sameSize = free.get(new Kind(dtype, elements));
    if (sameSize != null && !sameSize.isEmpty()) {
      return sameSize.pop();
    }
    return new OpenClStorage(queue, buffer(dtype.bytes(elements), null), dtype, elements, true, bytesInUse);
  }

  /** A new buffer with elements of the host, copied at once and not by the queue, for which one would have to wait. */
  OpenClStorage upload(Pointer host, DType dtype, long elements) {
    long bytes = dtype.bytes(elements);
    return new OpenClStorage(queue, buffer(bytes, bytes == 0 ? null : host), dtype, elements, false, bytesInUse);
  }

  /** Takes back what nobody will read any more. */
  void release(OpenClStorage storage) {
    if (storage.pooled()) {
      free.computeIfAbsent(new Kind(storage.dtype(), storage.elements()), kind -> new ArrayDeque<>()).push(storage);
    } else {
      storage.free();
    }
  }

  /** Bytes of all buffers, those in the pool included. */
  long bytesInUse() {
    return bytesInUse.get();
  }

  private cl_mem buffer(long bytes, Pointer host) {
    int[] status = new int[1];
    cl_mem memory = create(bytes, host, status);
    if (OpenClStatus.isOutOfMemory(status[0])) {
      // Buffers of other sizes may lie idle in the pool.
      close();
      memory = create(bytes, host, status);
    }
    if (OpenClStatus.isOutOfMemory(status[0])) {
      OpenClDevice device = queue.device();
      throw new BadInputException("backend " + queue.backend() + ": out of device memory: " + mib(bytes) + " asked for, "
          + mib(bytesInUse()) + " of " + mib(device.memory()) + " in use, one buffer holds at most " + mib(device.largestBuffer())
          + "; expected a smaller batch, sequence or model");
    }
    OpenClStatus.check(status[0], queue.backend() + ": buffer of " + bytes + " bytes");
    return memory;
  }

  private cl_mem create(long bytes, Pointer host, int[] status) {
    if (bytes > queue.device().largestBuffer()) {
      // Some drivers accept it and fail, or kill the process, at first use.
      status[0] = CL.CL_INVALID_BUFFER_SIZE;
      return null;
    }
    long flags = CL.CL_MEM_READ_WRITE | (host == null ? 0 : CL.CL_MEM_COPY_HOST_PTR);
    return CL.clCreateBuffer(queue.context(), flags, Math.max(SMALLEST_BYTES, bytes), host, status);
  }

  private static String mib(long bytes) {
    return String.format(Locale.ROOT, "%,d MiB", Math.ceilDiv(bytes, 1L << 20));
  }

  /** Frees what lies in the pool. */
  @Override
  public void close() {
    free.values().forEach(storages -> storages.forEach(OpenClStorage::free));
    free.clear();
  }
}
