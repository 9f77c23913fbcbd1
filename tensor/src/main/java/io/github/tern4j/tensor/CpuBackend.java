package io.github.tern4j.tensor;

import java.util.function.IntConsumer;

/** A backend whose tensors lie on the Java heap, and codes in native memory: a kernel table, a buffer pool and a worker pool. */
public final class CpuBackend implements Backend {

  private final String name;
  private final KernelTable kernels;
  private final Workers workers;
  private final BufferPool pool;

  /** A backend over these kernels; it closes {@code workers} when it is closed. */
  public CpuBackend(String name, KernelTable kernels, Workers workers, BufferPool pool) {
    this.name = name;
    this.kernels = kernels;
    this.workers = workers;
    this.pool = pool;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public <K extends Kernel> K kernel(Class<K> contract) {
    return kernels.get(contract);
  }

  /** The threads that the kernels of this backend run on. */
  public Workers workers() {
    return workers;
  }

  /** The pool behind {@link #allocate}. */
  public BufferPool pool() {
    return pool;
  }

  @Override
  public Tensor allocate(Shape shape) {
    return Tensor.of(new FloatStorage(pool.take(shape.intSize())), shape);
  }

  @Override
  public Tensor allocateCodes(Shape shape) {
    return Tensor.of(new NativeStorage(pool.takeCodes(shape.intSize()), DType.I8), shape);
  }

  @Override
  public void release(Tensor tensor) {
    if (tensor.dtype() == DType.I8) {
      pool.releaseCodes(tensor.segment());
    } else {
      pool.release(tensor.array());
    }
  }

  @Override
  public Tensor upload(Tensor host) {
    if (host.storage() instanceof NativeStorage) {
      return host;
    }
    return Tensor.of(new FloatStorage(host.toFloats()), host.shape());
  }

  @Override
  public Tensor adopt(Tensor host) {
    return host;
  }

  @Override
  public void write(Tensor host, Tensor target) {
    if (!host.shape().equals(target.shape()) || !host.isContiguous() || !target.isContiguous()) {
      throw new IllegalArgumentException("write: host " + host + ", target " + target + "; expected contiguous tensors of one shape");
    }
    System.arraycopy(host.array(), host.arrayOffset(), target.array(), target.arrayOffset(), host.shape().intSize());
  }

  @Override
  public Tensor onHost(Tensor tensor) {
    return tensor;
  }

  @Override
  public float[] download(Tensor tensor) {
    return tensor.toFloats();
  }

  @Override
  public void forEachChunk(int chunks, IntConsumer body) {
    workers.run(chunks, body);
  }

  @Override
  public void close() {
    workers.close();
  }
}
